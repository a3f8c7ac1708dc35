using HotlinePush.Tickets;

namespace HotlinePush.Records;

/// <summary>The ticket's data key was destroyed: its words, contact, place and files can be read by nobody any more. The last event there is.</summary>
public sealed record PersonalDataDeleted : TicketEvent
{
    /// <summary>A code of <see cref="TicketErasure.Reasons"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>Files deleted with it.</summary>
    public int Files { get; init; }

    public override string Action => "delete-personal-data";
}
