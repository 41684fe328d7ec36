# The token may be used before the function has answered: the Task ends at once, and the worker is told to stop.
connect w1 ask
machine order {"StartAt":"Approve","States":{
  "Approve":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
    "Parameters":{"FunctionName":"ask","Payload":{"id.$":"$.id","token.$":"$$.Task.Token"}},"End":true}}}
start order e1 {"id":7}
receive w1 Approve
----
created order
started e1
worker w1 gets Approve attempt=1 delivery=1 {"id":7,"token":"Zt22qgAAAAAAAAADAAAAAPayaftMdoS0GI7346dLWtw"}
#1 ExecutionStarted {"id":7}
#2 TaskStateEntered after #0 Approve {"id":7}
#3 TaskScheduled {"FunctionName":"ask","Payload":{"id":7,"token":"Zt22qgAAAAAAAAADAAAAAPayaftMdoS…
#4 TaskStarted

token Approve fail Rejected too expensive
----
token of Approve counts
worker w1 is told to stop Approve
#5 TaskFailed Rejected: too expensive
#6 ExecutionFailed Rejected: too expensive

succeed w1 Approve {"asked":true}
----
worker w1 is told: no longer wanted
