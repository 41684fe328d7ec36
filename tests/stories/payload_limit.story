# What passes between states is at most 262,144 bytes. When the Parameters of a Task grow beyond that, no Retry and no Catch
# is asked, and no worker hears of it.
connect w1 keep
machine grow {"StartAt":"Double","States":{
  "Double":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($.n, 1)","s.$":"States.Format('{}{}', $.s, $.s)"},
    "Next":"Enough"},
  "Enough":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericLessThan":17,"Next":"Double"}],"Default":"Keep"},
  "Keep":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:keep",
    "Parameters":{"twice.$":"States.Array($.s, $.s)"},
    "Retry":[{"ErrorEquals":["States.ALL"]}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Caught"}],"End":true},
  "Caught":{"Type":"Succeed"}}}
start grow e1 {"n":0,"s":"1"}
----
created grow
started e1
#1 ExecutionStarted {"n":0,"s":"1"}
#2 PassStateEntered after #0 Double {"n":0,"s":"1"}
#3 PassStateExited Double {"s":"11","n":1}
#4 ChoiceStateEntered Enough {"s":"11","n":1}
… 63 events …
#68 ChoiceStateEntered Enough {"s":"11111111111111111111111111111111111111111111111111111111111111111111111111…
#69 ChoiceStateExited Enough {"s":"11111111111111111111111111111111111111111111111111111111111111111111111111…
#70 TaskStateEntered Keep {"s":"11111111111111111111111111111111111111111111111111111111111111111111111111…
#71 ExecutionFailed States.DataLimitExceeded: The state/task 'Keep' returned a result with a size exceeding the maximum number of bytes service limit.

# One round more, and it is the output of the Pass that is too long.
start grow e2 {"n":-2,"s":"1"}
----
started e2
e2 #1 ExecutionStarted {"n":-2,"s":"1"}
e2 #2 PassStateEntered after #0 Double {"n":-2,"s":"1"}
e2 #3 PassStateExited Double {"s":"11","n":-1}
e2 #4 ChoiceStateEntered Enough {"s":"11","n":-1}
e2 … 63 events …
e2 #68 ChoiceStateEntered Enough {"s":"11111111111111111111111111111111111111111111111111111111111111111111111111…
e2 #69 ChoiceStateExited Enough {"s":"11111111111111111111111111111111111111111111111111111111111111111111111111…
e2 #70 PassStateEntered Double {"s":"11111111111111111111111111111111111111111111111111111111111111111111111111…
e2 #71 ExecutionFailed States.DataLimitExceeded: The state/task 'Double' returned a result with a size exceeding the maximum number of bytes service limit.
