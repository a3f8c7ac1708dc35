namespace HotlinePush.Operations;

/// <summary>Something a host does again and again: in the cloud by a timer trigger, in the embedded host by its timetable.</summary>
/// <param name="Run">Answers how many things it did. May run on several instances at once.</param>
public sealed record TimedRun(TimeSpan Every, Func<CancellationToken, Task<int>> Run);
