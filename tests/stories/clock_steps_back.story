# A partition's clock is the latest time it has seen. While the wall clock is behind it, it stands still: a Wait ends late,
# never early. What needs no time goes on all the same, also a long loop that is continued by timers due now.
machine sleep {"StartAt":"Sleep","States":{"Sleep":{"Type":"Wait","Seconds":10,"End":true}}}
machine loop {"StartAt":"More","States":{
  "More":{"Type":"Choice","Choices":[{"Variable":"$.items[0]","IsPresent":true,"Next":"Take"}],"Default":"Done"},
  "Take":{"Type":"Pass","Parameters":{"items.$":"$.items[1:]"},"Next":"More"},
  "Done":{"Type":"Succeed"}}}
start sleep e1 {}
----
created sleep
created loop
started e1
#1 ExecutionStarted {}
#2 WaitStateEntered after #0 Sleep {}
timer delay in 10000 ms

advance 5s
rewind 60s
start loop e2 {"items":[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,
  1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,
  1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0]}
----
started e2
e2 #1 ExecutionStarted {"items":[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,…
e2 #2 ChoiceStateEntered after #0 More {"items":[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,…
e2 #3 ChoiceStateExited More {"items":[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,…
e2 #4 PassStateEntered Take {"items":[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,…
e2 … 558 events …
e2 #563 ChoiceStateExited More {"items":[]}
e2 #564 SucceedStateEntered Done {"items":[]}
e2 #565 SucceedStateExited Done {"items":[]}
e2 #566 ExecutionSucceeded {"items":[]}

advance 60s
----

advance 5s
----
e1 #3 WaitStateExited Sleep {}
e1 #4 ExecutionSucceeded {}
