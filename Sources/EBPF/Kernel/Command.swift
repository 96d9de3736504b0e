/// Commands of bpf(2), `enum bpf_cmd` in linux/bpf.h.
enum Command: Int {
  case mapCreate = 0
  case mapLookUp = 1
  case mapUpdate = 2
  case mapDelete = 3
  case mapNextKey = 4
  case programLoad = 5
  case pin = 6
  case openPinned = 7
  case programTestRun = 10
  case mapByID = 14
  case programByID = 13
  case objectInfo = 15
  case programQuery = 16
  case btfLoad = 18
  case btfByID = 19
  case mapLookUpAndDelete = 21
  case mapFreeze = 22
  case mapLookUpBatch = 24
  case mapLookUpAndDeleteBatch = 25
  case mapUpdateBatch = 26
  case mapDeleteBatch = 27
  case linkCreate = 28
  case linkUpdate = 29
  case linkByID = 30
  case linkDetach = 34
}
