namespace HotlinePush.Tickets;

/// <summary>What a resident's request is 工单类型.</summary>
public enum TicketType { Inquiry, Help, Complaint, Report, Suggestion, Praise, InformationRequest }

/// <summary>Where a ticket stands. The last five are ends.</summary>
public enum TicketState { Received, Dispatched, InProgress, Answered, Closed, Merged, Declined, HandedOver, Terminated }

public enum Priority { Normal, Urgent }

public static class TicketStates
{
    public static bool IsOpen(this TicketState state) => state < TicketState.Closed;
}
