# A worker's error goes through Retry first, then to the first Catcher that names it; ResultPath keeps the input beside
# the error output.
connect w1 pay
machine order {"StartAt":"Pay","States":{
  "Pay":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay",
    "Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":1,"MaxAttempts":1,"BackoffRate":2}],
    "Catch":[{"ErrorEquals":["NoMoney"],"Next":"Poor"},{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Sorry"}],
    "End":true},
  "Poor":{"Type":"Succeed"},"Sorry":{"Type":"Pass","End":true}}}
start order e1 {"n":1}
----
created order
started e1
worker w1 gets Pay attempt=1 delivery=1 {"n":1}
#1 ExecutionStarted {"n":1}
#2 TaskStateEntered after #0 Pay {"n":1}
#3 LambdaFunctionScheduled {"n":1}

fail w1 Pay Busy try again
----
worker w1 is told: Pay accepted
#4 LambdaFunctionStarted
#5 LambdaFunctionFailed Busy: try again
timer delay in 1000 ms

advance 1s
----
worker w1 gets Pay attempt=2 delivery=1 {"n":1}
#6 LambdaFunctionScheduled {"n":1}

fail w1 Pay Busy still
----
worker w1 is told: Pay accepted
#7 LambdaFunctionStarted
#8 LambdaFunctionFailed Busy: still
#9 TaskStateExited Pay {"n":1,"error":{"Error":"Busy","Cause":"still"}}
#10 PassStateEntered Sorry {"n":1,"error":{"Error":"Busy","Cause":"still"}}
#11 PassStateExited Sorry {"n":1,"error":{"Error":"Busy","Cause":"still"}}
#12 ExecutionSucceeded {"n":1,"error":{"Error":"Busy","Cause":"still"}}
