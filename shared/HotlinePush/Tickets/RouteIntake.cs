using HotlinePush.Units;

namespace HotlinePush.Tickets;

/// <summary>What routing says of a request: an alarm where the words are a live emergency, and a route; a null route leaves it to a message.</summary>
public delegate (Alarm? Alarm, Route? Route) RouteIntake(Intake intake, City city);
