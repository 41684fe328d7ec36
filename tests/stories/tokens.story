# A token is bound to one delivery. One that is wrong by a bit, one that never was, and one that was answered already
# are each told off, and the execution goes on.
connect w1 pay
machine order {"StartAt":"Pay","States":{"Pay":{"Type":"Task",
  "Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay","Next":"Rest"},
  "Rest":{"Type":"Wait","Seconds":1,"End":true}}}
start order e1 {}
----
created order
started e1
worker w1 gets Pay attempt=1 delivery=1 {}
#1 ExecutionStarted {}
#2 TaskStateEntered after #0 Pay {}
#3 LambdaFunctionScheduled {}

forge w1 Pay "forged"
unasked w1 "nobody asked"
----
worker w1 is told: no longer wanted
worker w1 is told: no longer wanted

succeed w1 Pay "true"
----
worker w1 is told: Pay accepted
#4 LambdaFunctionStarted
#5 LambdaFunctionSucceeded "true"
#6 TaskStateExited Pay "true"
#7 WaitStateEntered Rest "true"
timer delay in 1000 ms

succeed w1 Pay "twice"
----
worker w1 is told: already answered

advance 1s
----
#8 WaitStateExited Rest "true"
#9 ExecutionSucceeded "true"
