/* The kernel's own declarations that programs use: contexts, helper numbers, verdicts. */
#pragma once
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
