# One Advance writes at most 256 events. A loop of Choice and Pass is cut there, a timer row due at once continues it in
# a later turn, and after a crash between the two the next process does.
machine loop {"StartAt":"More","States":{
  "More":{"Type":"Choice","Choices":[{"Variable":"$.items[0]","IsPresent":true,"Next":"Take"}],"Default":"Done"},
  "Take":{"Type":"Pass","Parameters":{"items.$":"$.items[1:]"},"Next":"More"},
  "Done":{"Type":"Succeed"}}}
----
created loop

start loop e1 {"items":[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,
  1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,
  1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0]} turns=2
----
started e1
#1 ExecutionStarted {"items":[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,…
#2 ChoiceStateEntered after #0 More {"items":[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,…
#3 ChoiceStateExited More {"items":[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,…
#4 PassStateEntered Take {"items":[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,…
… 501 events …
#506 ChoiceStateEntered More {"items":[7,8,9,0,1,2,3,4,5,6,7,8,9,0]}
#507 ChoiceStateExited More {"items":[7,8,9,0,1,2,3,4,5,6,7,8,9,0]}
#508 PassStateEntered Take {"items":[7,8,9,0,1,2,3,4,5,6,7,8,9,0]}
#509 PassStateExited Take {"items":[8,9,0,1,2,3,4,5,6,7,8,9,0]}
timer delay in 0 ms

crash
----
#510 ChoiceStateEntered More {"items":[8,9,0,1,2,3,4,5,6,7,8,9,0]}
#511 ChoiceStateExited More {"items":[8,9,0,1,2,3,4,5,6,7,8,9,0]}
#512 PassStateEntered Take {"items":[8,9,0,1,2,3,4,5,6,7,8,9,0]}
#513 PassStateExited Take {"items":[9,0,1,2,3,4,5,6,7,8,9,0]}
… 49 events …
#563 ChoiceStateExited More {"items":[]}
#564 SucceedStateEntered Done {"items":[]}
#565 SucceedStateExited Done {"items":[]}
#566 ExecutionSucceeded {"items":[]}
