namespace HotlinePush.Clocks;

/// <summary>When a clock reminds, and whom. Steps 1–3 stand at 50%, 80% and 100% of the limit, 4 and on each working day at 09:00 after it.</summary>
public static class Reminders
{
    public const int AtHalf = 1;
    public const int AtFourFifths = 2;
    public const int AtDeadline = 3;
    public const int Daily = 4;

    /// <summary>The first step that reaches the supervisor; all later ones do too.</summary>
    public const int Top = 5;

    public static readonly TimeOnly DailyAt = new(9, 0);

    public static bool Remind(ClockKind kind) => kind is ClockKind.Sign or ClockKind.Unit or ClockKind.Resolve or ClockKind.Inner or ClockKind.Order;

    public static int Percent(int step) => step switch { AtHalf => 50, AtFourFifths => 80, _ => 100 };

    /// <summary>Climbs: the unit up to the deadline, its head on the first working day after it, the supervisor from then on.</summary>
    public static int Level(int step) => step <= AtDeadline ? 0 : step < Top ? 1 : 2;
}
