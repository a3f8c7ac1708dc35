namespace HotlinePush.Tickets;

/// <summary>What a resident's request is 工单类型.</summary>
public enum TicketType { Inquiry, Help, Complaint, Report, Suggestion, Praise, InformationRequest }

/// <summary>Where a ticket stands. The last five are ends.</summary>
public enum TicketState { Received, Dispatched, InProgress, Answered, Closed, Merged, Declined, HandedOver, Terminated }

[CamelCaseWords]
public enum Priority { Normal, Urgent }

public static class TicketStates
{
    public static bool IsOpen(this TicketState state) => state < TicketState.Closed;
}

/// <summary>Why a received ticket waits for the desk.</summary>
public static class DeskReasons
{
    public const string NoRule = "noRule";
    public const string LowConfidence = "lowConfidence";
    public const string Confidential = "confidential";
    public const string Returned = "returned";
    public const string SupervisorNamesLead = "supervisorNamesLead";

    /// <summary>Spoken on the telephone to a recording: somebody has to hear it.</summary>
    public const string VoiceMessage = "voiceMessage";
}

/// <summary>How a ticket ended where no reason code of the contract says it.</summary>
public static class EndReasons
{
    public const string Satisfied = "satisfied";
    public const string Unreachable = "unreachable";
    public const string AnsweredAtDesk = "answeredAtDesk";
    public const string Merged = "merged";
    public const string Incident = "incident";
    public const string SupervisorClosed = "supervisorClosed";

    /// <summary>Closed by another hotline before that was merged into this one: stands in no figure.</summary>
    public const string TakenOver = "takenOver";
}
