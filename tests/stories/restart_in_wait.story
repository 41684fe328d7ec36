# A Wait and a retry interval outlive the process: both are rows, and end when they would have ended. Downtime makes them
# late, never early.
connect w1 pay
machine order {"StartAt":"Sleep","States":{
  "Sleep":{"Type":"Wait","Seconds":30,"Next":"Pay"},
  "Pay":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay",
    "Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":20,"MaxAttempts":1}],"End":true}}}
start order e1 {}
----
created order
started e1
#1 ExecutionStarted {}
#2 WaitStateEntered after #0 Sleep {}
timer delay in 30000 ms

advance 10s
crash
advance 19999ms
----
timer delay in 20000 ms

advance 1ms
connect w1 pay
----
#3 WaitStateExited Sleep {}
#4 TaskStateEntered Pay {}
#5 LambdaFunctionScheduled {}
worker w1 gets Pay attempt=1 delivery=1 {}

fail w1 Pay Busy come back later
crash
----
worker w1 is told: Pay accepted
#6 LambdaFunctionStarted
#7 LambdaFunctionFailed Busy: come back later
timer delay in 20000 ms
timer delay in 20000 ms

advance 19s
connect w1 pay
----

advance 1s
----
worker w1 gets Pay attempt=2 delivery=1 {}
#8 LambdaFunctionScheduled {}

succeed w1 Pay "done"
----
worker w1 is told: Pay accepted
#9 LambdaFunctionStarted
#10 LambdaFunctionSucceeded "done"
#11 TaskStateExited Pay "done"
#12 ExecutionSucceeded "done"
