# A history holds 25,000 events; the last one is the failure. A loop that nothing ends comes there in bounded turns, and in
# two processes.
machine loop {"StartAt":"Again","States":{
  "Again":{"Type":"Choice","Choices":[{"Variable":"$.go","BooleanEquals":true,"Next":"Step"}],"Default":"Done"},
  "Step":{"Type":"Pass","Next":"Again"},"Done":{"Type":"Succeed"}}}
start loop e1 {"go":true} turns=30
----
created loop
started e1
#1 ExecutionStarted {"go":true}
#2 ChoiceStateEntered after #0 Again {"go":true}
#3 ChoiceStateExited Again {"go":true}
#4 PassStateEntered Step {"go":true}
… 7613 events …
#7618 ChoiceStateEntered Again {"go":true}
#7619 ChoiceStateExited Again {"go":true}
#7620 PassStateEntered Step {"go":true}
#7621 PassStateExited Step {"go":true}
timer delay in 0 ms

crash
----
#7622 ChoiceStateEntered Again {"go":true}
#7623 ChoiceStateExited Again {"go":true}
#7624 PassStateEntered Step {"go":true}
#7625 PassStateExited Step {"go":true}
… 17371 events …
#24997 PassStateExited Step {"go":true}
#24998 ChoiceStateEntered Again {"go":true}
#24999 ChoiceStateExited Again {"go":true}
#25000 ExecutionFailed States.Runtime: The execution reached the maximum number of history events (25000).
