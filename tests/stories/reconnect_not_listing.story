# What a returning worker does not list it never received: the task is sent again, with the same attempt and delivery.
connect w1 pay
machine order {"StartAt":"Pay","States":{"Pay":{"Type":"Task",
  "Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay","End":true}}}
start order e1 {}
----
created order
started e1
worker w1 gets Pay attempt=1 delivery=1 {}
#1 ExecutionStarted {}
#2 TaskStateEntered after #0 Pay {}
#3 LambdaFunctionScheduled {}

disconnect w1
connect w1 pay forgetting
----
worker w1 gets Pay attempt=1 delivery=1 {}

succeed w1 Pay "once"
----
worker w1 is told: Pay accepted
#4 LambdaFunctionStarted
#5 LambdaFunctionSucceeded "once"
#6 TaskStateExited Pay "once"
#7 ExecutionSucceeded "once"
