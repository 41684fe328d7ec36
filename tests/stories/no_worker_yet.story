# A task without a worker waits as a row, for as long as it takes: no clock runs, for deadlines count from
# LambdaFunctionStarted. Who connects first gets the oldest.
machine order {"StartAt":"Pay","States":{"Pay":{"Type":"Task","TimeoutSeconds":5,
  "Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay","End":true}}}
start order e1 {"n":1}
start order e2 {"n":2}
----
created order
started e1
#1 ExecutionStarted {"n":1}
#2 TaskStateEntered after #0 Pay {"n":1}
#3 LambdaFunctionScheduled timeout=5s {"n":1}
started e2
e2 #1 ExecutionStarted {"n":2}
e2 #2 TaskStateEntered after #0 Pay {"n":2}
e2 #3 LambdaFunctionScheduled timeout=5s {"n":2}

advance 3600s
----

connect w1 pay slots=1
----
worker w1 gets Pay attempt=1 delivery=1 timeout=5s {"n":1}

# One slot: e2 gets it when e1 gives it back. A result that comes without `received` brings LambdaFunctionStarted along.
succeed w1 Pay "first"
----
worker w1 is told: Pay accepted
worker w1 gets Pay attempt=1 delivery=1 timeout=5s {"n":2}
e1 #4 LambdaFunctionStarted
e1 #5 LambdaFunctionSucceeded "first"
e1 #6 TaskStateExited Pay "first"
e1 #7 ExecutionSucceeded "first"
