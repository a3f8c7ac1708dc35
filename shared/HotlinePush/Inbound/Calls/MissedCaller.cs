using System.Collections.Immutable;
using HotlinePush.Security;

namespace HotlinePush.Inbound.Calls;

/// <summary>A call of theirs that nobody took.</summary>
/// <param name="Called">The number that was dialled.</param>
public sealed record MissedCall(string Call, DateTimeOffset At, string? Called);

/// <summary>How a callback ended.</summary>
[CamelCaseWords]
public enum CallbackEnd
{
    /// <summary>The desk called and reached them.</summary>
    Reached,

    /// <summary>They rang again and got through.</summary>
    GotThrough,

    /// <summary>The desk tried <see cref="MissedCallerRules.MostTries"/> times.</summary>
    Unreachable,
}

/// <param name="Call">The call by which they got through.</param>
public sealed record SettledCallback(CallbackEnd End, DateTimeOffset At, Actor By, int Calls, string? Call = null)
{
    [Personal] public string? Note { get; init; }
}

public sealed record CallbackTry(DateTimeOffset At, Actor By);

/// <summary>Somebody who rang and was not answered: one callback 漏接回拨 however often they rang.</summary>
public sealed record MissedCaller
{
    /// <summary>Keyed hash of the phone.</summary>
    public required string Hash { get; init; }

    public int Seq { get; init; }

    /// <summary>E.164; gone once the callback is done.</summary>
    [Personal] public string? Phone { get; init; }

    /// <summary>What nobody has taken since they were last spoken to, oldest first; none: there is nothing to do.</summary>
    public ImmutableArray<MissedCall> Missed { get; init; } = [];

    /// <summary>One of their open tickets is a live emergency.</summary>
    public bool Urgent { get; init; }

    public ImmutableArray<CallbackTry> Tries { get; init; } = [];

    /// <summary>When they were last spoken to, by whoever called whom: what was missed before that is settled.</summary>
    public DateTimeOffset? SpokenAt { get; init; }

    /// <summary>How the last callback ended.</summary>
    public SettledCallback? Settled { get; init; }
}

/// <summary>Pure, and the same whatever order calls become known in and however often.</summary>
public static class MissedCallerRules
{
    public const int MostTries = 3;

    /// <summary>Calls that are counted one by one; who rang more often is not more urgent for it.</summary>
    public const int MostCalls = 100;

    public static MissedCaller Miss(MissedCaller caller, MissedCall call, string phone, bool urgent)
    {
        if (call.At <= caller.SpokenAt || caller.Missed.Any(m => m.Call == call.Call) || caller.Missed.Length == MostCalls)
            return caller;
        return caller with
        {
            Seq = caller.Seq + 1,
            Phone = phone,
            Missed = [.. caller.Missed.Append(call).OrderBy(m => m.At).ThenBy(m => m.Call, StringComparer.Ordinal)],
            Urgent = urgent || (caller.Urgent && !caller.Missed.IsEmpty),
        };
    }

    /// <summary>They got through at that moment. That call itself was not missed, whatever was said of it before.</summary>
    public static MissedCaller GetThrough(MissedCaller caller, string call, DateTimeOffset at, Actor by)
    {
        ImmutableArray<MissedCall> left = [.. caller.Missed.Where(m => m.At > at && m.Call != call)];
        if (at <= caller.SpokenAt && left.Length == caller.Missed.Length)
            return caller;
        var next = caller with { Seq = caller.Seq + 1, SpokenAt = caller.SpokenAt > at ? caller.SpokenAt : at, Missed = left };
        return left.IsEmpty && !caller.Missed.IsEmpty ? Close(next, new(CallbackEnd.GotThrough, at, by, caller.Missed.Length, call)) : next;
    }

    /// <summary>The desk has called back.</summary>
    public static (MissedCaller? After, Refusal? Refusal) CallBack(MissedCaller caller, bool reached, string? note, Actor by, DateTimeOffset now)
    {
        if (caller.Missed.IsEmpty)
            return (null, new("wrongState", "这位来电人已经回拨过，或已经打通。"));
        var tried = caller with { Seq = caller.Seq + 1, Tries = caller.Tries.Add(new(now, by)) };
        if (!reached && tried.Tries.Length < MostTries)
            return (tried, null);
        // A clock of the telephone system that is ahead must not keep the callback open.
        var until = caller.Missed[^1].At > now ? caller.Missed[^1].At : now;
        return (Close(
            tried with { Missed = [], SpokenAt = until },
            new(reached ? CallbackEnd.Reached : CallbackEnd.Unreachable, now, by, caller.Missed.Length) { Note = note }), null);
    }

    private static MissedCaller Close(MissedCaller caller, SettledCallback settled) => caller with { Settled = settled, Tries = [], Phone = null, Urgent = false };
}
