# A worker keeps its result until it is acknowledged. The connection breaks before the result could be sent, the engine
# dies too, and the worker offers it again in its greeting: nothing runs twice.
connect w1 pay
machine order {"StartAt":"Pay","States":{"Pay":{"Type":"Task",
  "Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay","End":true}}}
start order e1 {}
receive w1 Pay
----
created order
started e1
worker w1 gets Pay attempt=1 delivery=1 {}
#1 ExecutionStarted {}
#2 TaskStateEntered after #0 Pay {}
#3 LambdaFunctionScheduled {}
#4 LambdaFunctionStarted

disconnect w1
succeed w1 Pay "kept"
crash
----

advance 5s
connect w1 pay
----
worker w1 is told: Pay accepted
#5 LambdaFunctionSucceeded "kept"
#6 TaskStateExited Pay "kept"
#7 ExecutionSucceeded "kept"
