# A Task that outlives TimeoutSeconds fails the attempt with States.Timeout; the worker is told to stop; Retry starts
# another attempt after its interval, never early. What the first worker still sends is no longer wanted.
connect w1 pay
machine order {"StartAt":"Pay","States":{"Pay":{"Type":"Task","TimeoutSeconds":10,
  "Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay",
  "Retry":[{"ErrorEquals":["States.Timeout"],"IntervalSeconds":2,"MaxAttempts":1}],"End":true}}}
start order e1 {}
----
created order
started e1
worker w1 gets Pay attempt=1 delivery=1 timeout=10s {}
#1 ExecutionStarted {}
#2 TaskStateEntered after #0 Pay {}
#3 LambdaFunctionScheduled timeout=10s {}

receive w1 Pay
----
#4 LambdaFunctionStarted
timer task timeout in 10000 ms

advance 9999ms
----

advance 1ms
----
worker w1 is told to stop Pay
#5 LambdaFunctionTimedOut States.Timeout
timer delay in 2000 ms

succeed w1 Pay "too late"
----
worker w1 is told: no longer wanted

advance 1999ms
----

advance 1ms
----
worker w1 gets Pay attempt=2 delivery=1 timeout=10s {}
#6 LambdaFunctionScheduled timeout=10s {}

receive w1 Pay
succeed w1 Pay "in time"
----
#7 LambdaFunctionStarted
timer task timeout in 10000 ms
worker w1 is told: Pay accepted
#8 LambdaFunctionSucceeded "in time"
#9 TaskStateExited Pay "in time"
#10 ExecutionSucceeded "in time"
