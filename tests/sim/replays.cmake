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
