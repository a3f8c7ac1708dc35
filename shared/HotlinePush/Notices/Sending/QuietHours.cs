using HotlinePush.Clocks;

namespace HotlinePush.Notices.Sending;

/// <summary>Nobody is disturbed from 21:00 to 08:00 of the city's time.</summary>
public static class QuietHours
{
    private static readonly TimeOnly From = new(21, 0), To = new(8, 0);

    /// <summary>When they end, in product time; null outside them.</summary>
    public static DateTimeOffset? EndOf(DateTimeOffset now)
    {
        var local = CityZone.ToLocal(now).DateTime;
        var time = TimeOnly.FromDateTime(local);
        if (time >= To && time < From)
            return null;
        var day = DateOnly.FromDateTime(local);
        return CityZone.FromLocal(time < To ? day : day.AddDays(1), To);
    }
}
