/* Stands in front of the C library's header, which UAPI headers reach and which a freestanding target cannot read. */
#pragma once
