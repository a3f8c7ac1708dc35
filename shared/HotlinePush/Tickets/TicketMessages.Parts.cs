namespace HotlinePush.Tickets;

public sealed partial class TicketMessages
{
    /// <summary>What those who share the work, the unit's head and the residents must know at once.</summary>
    private static IEnumerable<string> PartPurposes(TicketEvent happened) => happened switch
    {
        UnitsJoined => [TicketTexts.OpinionAsked],
        OpinionGiven => [TicketTexts.OpinionGiven],
        TicketDelegated => [TicketTexts.Delegated],
        DelegateAnswered => [TicketTexts.DelegateAnswered],
        DelegationRecalled => [TicketTexts.Recalled],
        AnswerDrafted => [TicketTexts.SignOffDue],
        DraftDecided { Accepted: false } => [TicketTexts.DraftRefused],
        OrderGiven => [TicketTexts.Ordered],
        ReviewFellDue => [TicketTexts.ReviewDue],
        TicketParked => [TicketTexts.Parked, TicketTexts.UnitParked],
        CorrectionAsked => [TicketTexts.CorrectionAsked],
        ApplicationCorrected => [TicketTexts.Corrected],
        TicketUnparked => [TicketTexts.Unparked, TicketTexts.UnitUnparked],
        _ => [],
    };
}
