using System.Text.Json.Serialization;

namespace HotlinePush.Clocks;

[JsonConverter(typeof(JsonStringEnumConverter<LimitUnit>))]
public enum LimitUnit
{
    [JsonStringEnumMemberName("workingDays")] WorkingDays,
    [JsonStringEnumMemberName("workingHours")] WorkingHours,
    [JsonStringEnumMemberName("hours")] Hours,
    [JsonStringEnumMemberName("minutes")] Minutes,
}

/// <summary>An amount of time as the rules state it. Amount 1–1000.</summary>
[method: JsonConstructor]
public readonly record struct TimeLimit(int Amount, LimitUnit Unit)
{
    public const int Most = 1000;

    [JsonIgnore]
    public bool IsValid => Amount is >= 1 and <= Most && Enum.IsDefined(Unit);

    [JsonIgnore]
    public bool IsWorkingTime => Unit is LimitUnit.WorkingDays or LimitUnit.WorkingHours;

    public static TimeLimit WorkingDays(int n) => new(n, LimitUnit.WorkingDays);
    public static TimeLimit WorkingHours(int n) => new(n, LimitUnit.WorkingHours);
    public static TimeLimit Hours(int n) => new(n, LimitUnit.Hours);
    public static TimeLimit Minutes(int n) => new(n, LimitUnit.Minutes);
}
