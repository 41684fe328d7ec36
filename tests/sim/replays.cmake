# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
#
# One seed, run twice: every step must be the same, or a failing seed could not be looked at.
foreach(time first second)
  execute_process(COMMAND ${SIM} --seed 7 OUTPUT_VARIABLE ${time} RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "seed 7 failed:\n${${time}}")
  endif()
endforeach()
if(NOT first STREQUAL second)
  message(FATAL_ERROR "one seed, two runs:\n${first}\n${second}")
endif()

# Seeds that once found a defect of the engine:
# - 6943: stopping an execution was answered with damage, when its history was swept by another partition before its own
#   row was gone
# - 853730608: two executions of a partition ended in one millisecond, and the one that was applied later never went
# - 1541: the same, and it was applied while the other was being read
foreach(seed "6943 --store independent" "853730608 --store independent" "1541 --store independent")
  separate_arguments(options UNIX_COMMAND "${seed}")
  execute_process(COMMAND ${SIM} --seed ${options} OUTPUT_VARIABLE output RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "seed ${seed} failed:\n${output}")
  endif()
endforeach()
