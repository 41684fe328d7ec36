# StopExecution ends it as ABORTED at once: the worker is told to stop, ExecutionAborted has no previous event, and the
# worker's result is no longer wanted. Stopping again answers the same and changes nothing.
connect w1 pay
machine order {"StartAt":"Pay","States":{"Pay":{"Type":"Task","TimeoutSeconds":60,
  "Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay","End":true}}}
start order e1 {}
receive w1 Pay
----
created order
started e1
worker w1 gets Pay attempt=1 delivery=1 timeout=60s {}
#1 ExecutionStarted {}
#2 TaskStateEntered after #0 Pay {}
#3 LambdaFunctionScheduled timeout=60s {}
#4 LambdaFunctionStarted
timer task timeout in 60000 ms

stop e1 Changed the customer changed her mind
----
stopped e1
worker w1 is told to stop Pay
#5 ExecutionAborted after #0 Changed: the customer changed her mind

succeed w1 Pay "too late"
stop e1 Again and again
----
worker w1 is told: no longer wanted
stopped e1

advance 60s
----
