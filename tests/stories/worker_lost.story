# A worker that does not come back within its lease of 10 s leaves an unknown outcome: a function's task fails with
# Lambda.Unknown, so that Retry decides, as on AWS. It is not sent to somebody else under the same token.
connect w1 pay
machine order {"StartAt":"Pay","States":{"Pay":{"Type":"Task",
  "Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay",
  "Retry":[{"ErrorEquals":["Lambda.Unknown"],"IntervalSeconds":1,"MaxAttempts":1}],"End":true}}}
start order e1 {}
receive w1 Pay
die w1
connect w2 pay
----
created order
started e1
worker w1 gets Pay attempt=1 delivery=1 {}
#1 ExecutionStarted {}
#2 TaskStateEntered after #0 Pay {}
#3 LambdaFunctionScheduled {}
#4 LambdaFunctionStarted

advance 9999ms
----

advance 1ms
----
#5 LambdaFunctionFailed Lambda.Unknown: The worker 'w1-1' that had the task did not come back within its lease of 10000 ms; whether the work was done is unknown.
timer delay in 1000 ms

advance 1s
----
worker w2 gets Pay attempt=2 delivery=1 {}
#6 LambdaFunctionScheduled {}

succeed w2 Pay "second attempt"
----
worker w2 is told: Pay accepted
#7 LambdaFunctionStarted
#8 LambdaFunctionSucceeded "second attempt"
#9 TaskStateExited Pay "second attempt"
#10 ExecutionSucceeded "second attempt"
