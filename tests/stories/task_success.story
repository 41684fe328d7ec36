# A Task's worker takes it, says so, and answers. LambdaFunctionStarted is written when `received` arrives, the result
# goes to ResultPath of the raw input, and the acknowledgement comes after the record is durable.
connect w1 pay
machine order {"StartAt":"Pay","States":{"Pay":{"Type":"Task",
  "Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay","ResultPath":"$.paid","End":true}}}
start order e1 {"n":7}
----
created order
started e1
worker w1 gets Pay attempt=1 delivery=1 {"n":7}
#1 ExecutionStarted {"n":7}
#2 TaskStateEntered after #0 Pay {"n":7}
#3 LambdaFunctionScheduled {"n":7}

receive w1 Pay
----
#4 LambdaFunctionStarted

succeed w1 Pay {"ok":true}
----
worker w1 is told: Pay accepted
#5 LambdaFunctionSucceeded {"ok":true}
#6 TaskStateExited Pay {"n":7,"paid":{"ok":true}}
#7 ExecutionSucceeded {"n":7,"paid":{"ok":true}}
