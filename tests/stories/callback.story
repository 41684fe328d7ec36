# A Task that waits for its token: the function hands the token on and is done; what ends the Task comes by the token,
# after a restart too, and counts once.
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

succeed w1 Approve {"asked":true}
----
worker w1 is told: Approve accepted
#5 TaskSubmitted {"ExecutedVersion":"$LATEST","Payload":{"asked":true},"SdkHttpMetadata":{"AllHtt…

crash
advance 3600s
----

token Approve succeed {"approved":true}
----
token of Approve counts
#6 TaskSucceeded {"approved":true}
#7 TaskStateExited Approve {"approved":true}
#8 ExecutionSucceeded {"approved":true}

token Approve succeed {"approved":false}
----
Task Timed Out: 'Provided task does not exist anymore'
