"""What happened on the wall, in numbers: events, series and figures of a climber's track."""
