using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Tickets.Disclosure;
using HotlinePush.Web;

namespace HotlinePush.Tickets;

/// <summary>依申请公开, art. 27 to 44 of the regulation on the disclosure of government information.</summary>
public static partial class TicketRules
{
    /// <summary>An application comes in with its ticket, in the same decision.</summary>
    public static Decision WithApplication(Decision received, NewApplication application, Actor by, RuleContext context)
    {
        if (received.Refusal is not null)
            return received;
        var decided = Decide(new Deciding(TicketFold.Replay(received.Events), context, by), new Apply(application));
        return decided.Refusal is not null ? decided : new(received.Events.AddRange(decided.Events), null);
    }

    private static Decision Decide(Deciding d, Apply c)
    {
        var a = c.Application;
        if (d.Ticket.Type != TicketType.InformationRequest)
            return Refuse("invalid", "只有依申请公开的工单可以提交申请表。", "application", "wrongType");
        if (d.Ticket.Anonymous || d.Ticket.Confidential)
            return Refuse("invalid", "申请须写明姓名和联系方式，不能匿名或保密。", "application", "anonymous");
        var check = new Check()
            .Text("application.name", a.Name, required: true, max: 100)
            .Text("application.wanted", a.Wanted, required: true)
            .Text("application.documentNumber", a.DocumentNumber, max: 200)
            .Text("application.address", a.Address, max: 500)
            .That(a.Delivery != InformationDelivery.Post || !string.IsNullOrWhiteSpace(a.Address), "application.address", "required", "邮寄须填写地址。")
            .That(a.Delivery != InformationDelivery.Email || d.Ticket.Contact?.Email is not null, "application.delivery", "badValue", "以邮件获取须留下邮箱。");
        if (check.Refusal is { } wrong)
            return wrong;
        if (d.Ticket.State > TicketState.InProgress)
            return WrongState(d.Ticket);
        if (d.Ticket.Disclosure is not null)
            return Refuse("wrongState", "申请已经提交。");
        var application = new DisclosureApplication(a.Applicant, a.Proof, a.Form, a.Delivery, d.Context.Now)
        {
            Name = a.Name.Trim(),
            Wanted = a.Wanted.Trim(),
            DocumentNumber = a.DocumentNumber,
            Address = a.Address,
        };
        return d.Add(new DisclosureApplied { Application = application }, clocks: Anew(d, "apply")).Done();
    }

    private static Decision Decide(Deciding d, AskCorrection c)
    {
        if (Missing(c.Text, "text") is { } missing)
            return missing;
        if (c.WorkingDays is < DisclosureLimits.LeastToCorrect or > DisclosureLimits.MostToCorrect)
            return Refuse("invalid", $"补正期限应为 {DisclosureLimits.LeastToCorrect} 到 {DisclosureLimits.MostToCorrect} 个工作日。", "workingDays", "outOfRange");
        if (NotWorkedOn(d) is { } wrong)
            return wrong;
        if (d.Ticket.Disclosure!.Correction is not null)
            return Refuse("wrongState", "补正只能一次性告知，已经告知过。");
        var until = DeadlineCalculator.Compute(d.Ticket.Disclosure.Application.At, DisclosureLimits.AskCorrection, d.Context.City.Calendar, OfficeHours.Default).DueAt;
        if (d.Context.Now > until)
            return Refuse("tooLate", "补正须在收到申请之日起七个工作日内一次性告知。");
        var due = DeadlineCalculator.Compute(d.Context.Now, TimeLimit.WorkingDays(c.WorkingDays), d.Context.City.Calendar, OfficeHours.Default).DueAt;
        return d.Add(new CorrectionAsked { DueAt = due, Note = c.Text }, clocks: Stilled(d, "correction")).Done();
    }

    /// <summary>The limit counts from the receipt of what was corrected, art. 30.</summary>
    private static Decision Decide(Deciding d, CorrectApplication c)
    {
        if (Missing(c.Text, "text") is { } missing)
            return missing;
        if (!d.Ticket.State.IsOpen() || d.Ticket.Disclosure is not { AwaitsCorrection: true })
            return Refuse("wrongState", "没有等待补正的申请。");
        return d.Add(new ApplicationCorrected { Note = c.Text }, clocks: Anew(d, "corrected")).Done();
    }

    private static Decision Decide(Deciding d, AskThirdParty c)
    {
        if (NotWorkedOn(d) is { } wrong)
            return wrong;
        if (d.Ticket.Draft is not null)
            return Refuse("wrongState", "答复已经拟好，待审签。");
        var due = DeadlineCalculator.Compute(d.Context.Now, DisclosureLimits.ThirdParty, d.Context.City.Calendar, OfficeHours.Default).DueAt;
        return d.Add(new ThirdPartyConsulted { ReplyDueAt = due, Note = c.Note }, clocks: Stilled(d, "thirdParty")).Done();
    }

    private static Decision Decide(Deciding d, RecordThirdParty c) =>
        d.Ticket.State != TicketState.InProgress || d.Ticket.Disclosure?.Consulted is not { } asked
            ? Refuse("wrongState", "没有等待答复的第三方意见。")
            : ThirdPartySaid(d, asked, c.Agrees, c.Note).Done();

    /// <summary>A third party that says nothing in its time leaves it to the unit, art. 32: the clocks run on by themselves from then.</summary>
    private static void ThirdPartyFellSilent(Deciding d)
    {
        if (d.Ticket.State.IsOpen() && d.Ticket.Disclosure?.Consulted is { } asked && asked.ReplyDueAt <= d.Context.Now)
            ThirdPartySaid(d, asked, null, null);
    }

    private static Deciding ThirdPartySaid(Deciding d, ThirdPartyAsked asked, bool? agrees, string? note)
    {
        var at = asked.ReplyDueAt < d.Context.Now ? asked.ReplyDueAt : d.Context.Now;
        // As of then, not of when somebody wrote it down; reminders in between are not sent after the event.
        var then = new ClockRules(d.Context.City, at, d.Ticket.Priority == Priority.Urgent, d.Context.ArmAfter > d.Context.Now ? d.Context.ArmAfter : d.Context.Now);
        return d.Add(
            new ThirdPartyReplied { RepliedAt = at, Agrees = agrees, Note = note },
            clocks: d.Ticket.Suspended ? [] : d.Ticket.Clocks.Select(k => then.Resume(k, "thirdPartyReplied")));
    }

    private static Decision Decide(Deciding d, DecideDisclosure c)
    {
        if (NotOneOf(c.Decision, DisclosureCodes.Decisions, "decision") is { } unknown)
            return unknown;
        var grounds = DisclosureCodes.GroundsOf(c.Decision);
        if (grounds.IsEmpty ? c.Ground is not null : c.Ground is null || !grounds.Contains(c.Ground))
            return Refuse("invalid", grounds.IsEmpty ? "此决定不需要理由代码。" : $"请写明理由：{string.Join("、", grounds)}。", "ground", "badValue");
        var abandoned = c.Decision == DisclosureCodes.Abandoned;
        if (NotWorkedOn(d, corrected: !abandoned) is { } wrong)
            return wrong;
        if (abandoned && !(d.Ticket.Disclosure is { AwaitsCorrection: true, Correction: { } asked } && asked.DueAt < d.Context.Now))
            return Refuse("wrongState", "只有逾期不补正的，才视为放弃申请。");
        return d.Add(new DisclosureDecided { Decision = c.Decision, Ground = c.Ground, Note = c.Note }).Done();
    }

    private static Decision Decide(Deciding d, DeliverInformation c)
    {
        if (d.Ticket.Disclosure is not { Decision: not null } || d.Ticket.State is not (TicketState.Answered or TicketState.Closed))
            return Refuse("wrongState", "答复之后才能登记送达。");
        if (d.Ticket.Disclosure.DeliveredAt is not null)
            return Refuse("wrongState", "已经登记送达。");
        return d.Add(new InformationDelivered { Delivery = c.Delivery, Note = c.Note }).Done();
    }

    /// <summary>Null, or why the answer of an application cannot become everybody's.</summary>
    public static Refusal? MayBeProactive(Ticket ticket, string text) =>
        ticket is not { Disclosure.Decision.Decision: DisclosureCodes.Open or DisclosureCodes.PartlyOpen } || ticket.State is not (TicketState.Answered or TicketState.Closed)
            ? new("wrongState", "只有决定公开并已答复的信息可以转为主动公开。")
            : RedactedDraft.PointsAtSomebody(text, new(ticket.Disclosure!.Application.Name ?? ticket.Contact?.Name, ticket.Contact?.Phone, ticket.Contact?.Email))
                ? Refusal.Of("badText", "text", "文本里还有姓名、手机号、邮箱或证件号，请先删去。")
                : null;

    private static Decision Decide(Deciding d, NoteProactive c) =>
        d.Ticket.Disclosure?.ArticleId == c.ArticleId ? d.Done() : d.Add(new MadeProactive { ArticleId = c.ArticleId }).Done();

    /// <summary>An answer to an application says what was decided, and waits for nobody.</summary>
    private static Decision? NotDecided(Deciding d) => d.Ticket.Disclosure switch
    {
        null => default(Decision?),
        { Decision: null } => Refuse("wrongState", "请先作出公开决定，再答复申请人。"),
        { Waits: true, Decision.Decision: not DisclosureCodes.Abandoned } => Refuse("wrongState", "正在等待补正或第三方意见。"),
        _ => default(Decision?),
    };

    private static Decision? NotWorkedOn(Deciding d, bool corrected = true)
    {
        if (d.Ticket.Disclosure is not { } application)
            return Refuse("wrongState", "还没有收到信息公开申请：来电来信不是申请，请申请人填写申请表。");
        if (d.Ticket.State != TicketState.InProgress)
            return WrongState(d.Ticket);
        if (d.Ticket.Suspended)
            return Refuse("wrongState", "计时已经中止，请先恢复。");
        return application.Consulted is not null || (corrected && application.AwaitsCorrection) ? Refuse("wrongState", "正在等待补正或第三方意见。") : default(Decision?);
    }

    private static IEnumerable<Clock> Stilled(Deciding d, string why) =>
        d.Ticket.Clocks.Where(k => k.Kind is ClockKind.Resolve or ClockKind.Unit or ClockKind.Inner).Select(k => d.Clocks.Suspend(k, why));

    /// <summary>The resident's and the unit's limit begin again at their full length; those of this very moment stand.</summary>
    private static IEnumerable<Clock> Anew(Deciding d, string why)
    {
        var rules = d.Clocks;
        var (resolve, unit) = (d.Ticket.Running(ClockKind.Resolve), d.Ticket.Running(ClockKind.Unit));
        if (resolve is null || (resolve.StartedAt == d.Context.Now && !resolve.IsSuspended))
            return [];
        var id = d.Ticket.Clocks.Length;
        List<Clock> changed = [.. d.Ticket.Clocks.Select(k => k.Kind is ClockKind.Resolve or ClockKind.Unit ? rules.Stop(k) : k.Kind == ClockKind.Inner ? rules.Resume(k, why) : k)];
        changed.Add(rules.Start(id + 1, ClockKind.Resolve, d.Ticket.Limits.Resolve, resolve.Holder, why));
        if (unit is not null)
            changed.Add(rules.Start(id + 2, ClockKind.Unit, d.Ticket.Limits.Unit, unit.Holder, why));
        return changed;
    }
}
