# StopExecution while a Task waits for its token: nobody waits any more.
connect w1 ask
machine order {"StartAt":"Approve","States":{
  "Approve":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","HeartbeatSeconds":5,
    "Parameters":{"FunctionName":"ask","Payload":{"id.$":"$.id","token.$":"$$.Task.Token"}},"End":true}}}
start order e1 {"id":7}
receive w1 Approve
----
created order
started e1
worker w1 gets Approve attempt=1 delivery=1 {"id":7,"token":"Zt22qgAAAAAAAAADAAAAAPayaftMdoS0GI7346dLWtw"}
#1 ExecutionStarted {"id":7}
#2 TaskStateEntered after #0 Approve {"id":7}
#3 TaskScheduled heartbeat=5s {"FunctionName":"ask","Payload":{"id":7,"token":"Zt22qgAAAAAAAAADAAAAAPayaftMdoS…
#4 TaskStarted

succeed w1 Approve {"asked":true}
stop e1 Enough of it
----
worker w1 is told: Approve accepted
#5 TaskSubmitted {"ExecutedVersion":"$LATEST","Payload":{"asked":true},"SdkHttpMetadata":{"AllHtt…
timer callback heartbeat in 5000 ms
stopped e1
#6 ExecutionAborted after #0 Enough: of it

token Approve succeed 1
----
Task Timed Out: 'Provided task does not exist anymore'
