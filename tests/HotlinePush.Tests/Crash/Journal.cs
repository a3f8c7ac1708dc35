using System.Collections.Concurrent;
using System.Net;

namespace HotlinePush.Tests.Crash;

/// <summary>A create under an <c>Idempotency-Key</c>: what was sent, by whom, and what the first answer was.</summary>
internal sealed class KeyedCreate(string key, string? staffKey, byte[] body)
{
    public string Key => key;
    public string? StaffKey => staffKey;
    public byte[] Body => body;
    public (HttpStatusCode Status, byte[] Body)? Answer { get; set; }
}

/// <summary>What clients were told, and so may hold the host to.</summary>
internal sealed class Journal
{
    private readonly Lock _lock = new();
    private DateTimeOffset _clock;

    /// <summary>Numbers that came with a 201, and the subject they were filed under.</summary>
    public ConcurrentDictionary<string, string> Acknowledged { get; } = new(StringComparer.Ordinal);

    /// <summary>Subjects that were sent under a key: each must end as exactly one ticket.</summary>
    public ConcurrentDictionary<string, KeyedCreate> Keyed { get; } = new(StringComparer.Ordinal);

    /// <summary>Every subject that was ever sent: nothing else may be there, and none twice.</summary>
    public ConcurrentDictionary<string, bool> Sent { get; } = new(StringComparer.Ordinal);

    /// <summary>Actions that were answered with 200, each with a note of its own where it takes one.</summary>
    public ConcurrentQueue<(string Number, string Action, string? Note)> Acted { get; } = new();

    /// <summary>Answers that nobody should have got.</summary>
    public ConcurrentQueue<string> Problems { get; } = new();

    public int Repeats;
    public int CutOff;

    /// <summary>Product time as an answer gave it: it never goes back, killed or not.</summary>
    public void SawClock(DateTimeOffset now, bool asked)
    {
        lock (_lock)
        {
            if (asked && now < _clock)
                Problems.Enqueue($"Product time went back from {_clock:O} to {now:O}.");
            _clock = now > _clock ? now : _clock;
        }
    }

    public void Saw(string what, HttpStatusCode status, string body)
    {
        if ((int)status >= 500 || status is HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
            Problems.Enqueue($"{what}: {(int)status} {body}");
    }
}
