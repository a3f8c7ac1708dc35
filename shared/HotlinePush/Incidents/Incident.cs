using HotlinePush.Security;

namespace HotlinePush.Incidents;

/// <summary>Whether the event still lasts.</summary>
[CamelCaseWords]
public enum IncidentState { Open, Closed }

/// <summary>
/// One event, many callers 突发事件: a burst main, a power cut. Its words are the desk's own and may be read to everybody; who called stands in tickets of
/// their own, attached to it. Immutable.
/// </summary>
public sealed record Incident
{
    public required string Id { get; init; }

    /// <summary>Count of its events: its version towards clients.</summary>
    public int Seq { get; init; }

    public IncidentState State { get; init; }
    public required string Title { get; init; }

    /// <summary>What the desk reads out to callers.</summary>
    public required string Text { get; init; }

    public string? AreaId { get; init; }
    public string? CategoryId { get; init; }
    public string? LeadUnitId { get; init; }
    public DateTimeOffset OpenedAt { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>What every caller is told in the end; in force once it is closed.</summary>
    public string? RestoreText { get; init; }

    /// <summary>Numbers kept for the lead unit's ticket, to be tried in turn: whoever files it, and how often, files the same one.</summary>
    public string? MasterNumbers { get; init; }

    /// <summary>The ticket by which the lead unit works on it, with clocks like any other.</summary>
    public string? MasterNumber { get; init; }
}

/// <summary>What happened to an incident, in the order of its history.</summary>
/// <param name="Action"><c>open, update, restore, file-master</c>.</param>
public sealed record IncidentEvent(int Seq, DateTimeOffset At, Actor By, string Action, string? Text);

/// <summary>Either the incident as it is to be with what happened, or a refusal.</summary>
public readonly record struct IncidentDecision(Incident? After, IncidentEvent? Event, Refusal? Refusal)
{
    public static implicit operator IncidentDecision(Refusal refusal) => new(null, null, refusal);
}

/// <summary>What may be done with an incident. Pure.</summary>
public static class IncidentRules
{
    public static readonly Refusal IsClosed = new("targetClosed", "事件已经恢复，不能再并入或更新。");

    public static IncidentDecision Open(Incident opened, Actor by, DateTimeOffset now) =>
        Next(opened with { State = IncidentState.Open, OpenedAt = now }, by, now, "open", opened.Text);

    public static IncidentDecision Update(Incident incident, string text, Actor by, DateTimeOffset now) =>
        incident.State == IncidentState.Closed ? IsClosed : Next(incident with { Text = text }, by, now, "update", text);

    public static IncidentDecision Restore(Incident incident, string text, Actor by, DateTimeOffset now) =>
        incident.State == IncidentState.Closed
            ? IsClosed
            : Next(incident with { State = IncidentState.Closed, ClosedAt = now, RestoreText = text }, by, now, "restore", text);

    public static IncidentDecision FileMaster(Incident incident, string number, DateTimeOffset now) =>
        Next(incident with { MasterNumber = number }, Actor.System, now, "file-master", number);

    private static IncidentDecision Next(Incident after, Actor by, DateTimeOffset now, string action, string? text)
    {
        after = after with { Seq = after.Seq + 1 };
        return new(after, new(after.Seq, now, by, action, text), null);
    }
}
