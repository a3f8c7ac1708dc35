using System.Text.Json;
using System.Text.Json.Serialization;
using HotlinePush.Clocks;
using HotlinePush.Storage;
using HotlinePush.Tickets;

namespace HotlinePush.Supervision;

/// <summary>
/// What figures are made of: one row per ticket, in the partition of its day of receipt, a pure function of the ticket's head. Nothing
/// personal stands in it. It changes with the ticket's state, its deadlines and its appeals, and with nothing else: a first contact is
/// told by the answer that follows it, so that a contact costs no row.
/// </summary>
public sealed record TicketFact(string Number, TicketType Type, TicketState State, DateTimeOffset ReceivedAt)
{
    /// <summary>The lead unit; null while the desk has it, and where the desk answered itself.</summary>
    public string? Unit { get; init; }

    public string? Category { get; init; }
    public string? Area { get; init; }
    public string? Channel { get; init; }
    public bool Urgent { get; init; }
    public bool Confidential { get; init; }

    /// <summary>Its words sounded like a live emergency.</summary>
    public bool Alarmed { get; init; }

    /// <summary>Keyed hash, to see who asked again.</summary>
    public string? Person { get; init; }

    /// <summary>Put aside with a review date 挂账.</summary>
    public bool Parked { get; init; }

    public DateTimeOffset? EndedAt { get; init; }
    public string? EndReason { get; init; }

    /// <summary>Null until the ticket has been answered.</summary>
    public FactClock? Response { get; init; }

    /// <summary>The first resolve clock that was stopped too late, else the latest.</summary>
    public FactClock? Resolve { get; init; }

    /// <summary>Sign and unit clocks that run: what an open ticket may also be late by.</summary>
    public DateTimeOffset? SignDueAt { get; init; }
    public DateTimeOffset? UnitDueAt { get; init; }

    /// <summary>The resident's last word: whether the matter is resolved, and whether they are satisfied.</summary>
    public bool? Resolved { get; init; }
    public bool? Satisfied { get; init; }
    public DateTimeOffset? CalledAt { get; init; }

    public int Redos { get; init; }
    public int Returns { get; init; }

    /// <summary>Stretches past the resident's deadline of clocks that have stopped, by who held the ticket.</summary>
    public IReadOnlyList<LateStretch>? Late { get; init; }

    /// <summary>Measures out of which an approved appeal took the ticket 剔除.</summary>
    public IReadOnlyList<Measure>? Excluded { get; init; }

    /// <summary>Measures with an appeal that nobody has decided yet.</summary>
    public IReadOnlyList<Measure>? Contested { get; init; }

    [JsonIgnore] public bool IsOpen => State.IsOpen();

    /// <summary>Ended without an answer of ours: merged, declined, handed over, terminated, or closed by a hotline before it came here. Counts in no measure.</summary>
    [JsonIgnore] public bool IsVoid => State > TicketState.Closed || EndReason == EndReasons.TakenOver;

    public static readonly KeyRange Range = Keys.Under("fact");

    public static string RowOf(string number) => Keys.Of("fact", number);

    public static bool IsRow(string row) => row.StartsWith("fact!", StringComparison.Ordinal);

    /// <summary>Rewritten with every fact of a day: its ETag tells whether figures made earlier still hold.</summary>
    public static readonly string ChangedRow = Keys.Of("changed");

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Null for a row that holds no fact: what was listed before facts were kept.</summary>
    public static TicketFact? Read(ReadOnlyMemory<byte> value) => value.Length <= 2 ? null : JsonSerializer.Deserialize<TicketFact>(value.Span, Json);

    public static TicketFact Of(Ticket t)
    {
        var resolves = t.Clocks.Where(c => c.Kind == ClockKind.Resolve).ToList();
        var answered = t.Answer is not null;
        return new(t.Number, t.Type, t.State, t.ReceivedAt)
        {
            Unit = t.LeadUnitId,
            Category = t.CategoryId,
            Area = t.AreaId,
            Channel = t.Channel,
            Urgent = t.Priority == Priority.Urgent,
            Confidential = t.Confidential,
            Alarmed = t.Alarmed,
            Person = t.PersonHash,
            Parked = t.Parked is not null && t.State.IsOpen(),
            EndedAt = t.EndedAt,
            EndReason = t.EndReason,
            Response = answered ? FactClock.Of(t.Latest(ClockKind.Response)) : null,
            Resolve = FactClock.Of(resolves.FirstOrDefault(c => c.StoppedAt > c.DueAt) ?? resolves.LastOrDefault()),
            SignDueAt = t.Running(ClockKind.Sign) is { IsSuspended: false } sign ? sign.DueAt : null,
            UnitDueAt = t.Running(ClockKind.Unit) is { IsSuspended: false } unit ? unit.DueAt : null,
            Resolved = t.Resolved,
            Satisfied = t.Satisfied,
            CalledAt = t.Called?.At,
            Redos = t.Redos,
            Returns = t.ApprovedReturns,
            Late = OrNull([.. resolves.SelectMany(LateStretch.Of)]),
            Excluded = OrNull([.. t.Appeals.Where(a => a.Decision is { Approved: true }).Select(a => a.Measure).Distinct().Order()]),
            Contested = OrNull([.. t.Appeals.Where(a => a.Decision is null).Select(a => a.Measure).Distinct().Order()]),
        };
    }

    private static List<T>? OrNull<T>(List<T> list) => list.Count == 0 ? null : list;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}

/// <summary>A clock as figures need it.</summary>
/// <param name="HeldSince">Since when it stands still; null where it does not.</param>
public sealed record FactClock(DateTimeOffset DueAt, DateTimeOffset? StoppedAt = null, DateTimeOffset? HeldSince = null)
{
    public bool IsMissed(DateTimeOffset now) => (StoppedAt ?? HeldSince ?? now) > DueAt;

    /// <summary>Whether it will be missed by time alone, and when.</summary>
    [JsonIgnore] public DateTimeOffset? MissedIfNothingHappens => StoppedAt is null && HeldSince is null ? DueAt : null;

    public static FactClock? Of(Clock? clock) => clock is null ? null : new(clock.DueAt, clock.StoppedAt, clock.IsSuspended ? clock.Segments[^1].From : null);
}

/// <summary>A stretch after a deadline with one holder.</summary>
/// <param name="Working">Counted in office time, as its clock was.</param>
public sealed record LateStretch(string Holder, DateTimeOffset From, DateTimeOffset To, bool Working)
{
    public int Minutes(WorkCalendar calendar) =>
        (int)(Working ? DeadlineCalculator.WorkingTimeBetween(From, To, calendar, OfficeHours.Default) : To - From).TotalMinutes;

    /// <summary>Of a clock that has stopped.</summary>
    public static IEnumerable<LateStretch> Of(Clock clock) => clock.StoppedAt > clock.DueAt ? After(clock, clock.StoppedAt.Value) : [];

    /// <summary>What lies after the deadline until that moment, by who held it; time in which the clock stood still is nobody's.</summary>
    public static IEnumerable<LateStretch> After(Clock clock, DateTimeOffset until)
    {
        foreach (var segment in clock.Segments)
        {
            var from = segment.From > clock.DueAt ? segment.From : clock.DueAt;
            var to = segment.To ?? until;
            if (segment.Running && to > from)
                yield return new(segment.Holder, from, to, clock.Limit.IsWorkingTime);
        }
    }
}
