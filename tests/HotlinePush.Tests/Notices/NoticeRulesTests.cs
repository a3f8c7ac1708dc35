using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Clocks;
using HotlinePush.Notices;
using HotlinePush.Security;
using HotlinePush.Units;

namespace HotlinePush.Tests.Notices;

public sealed class NoticeRulesTests
{
    private static readonly Actor Drafter = new(Role.Publisher, "p1", "office");
    private static readonly Actor Reviewer = new(Role.Reviewer, "r1", "office");
    private static readonly Actor Supervisor = new(Role.Supervisor, "s1");
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 2, 0, 0, TimeSpan.Zero);
    private static readonly City City = new([], [], [], [], PolicySet.Default, WorkCalendar.Shipped);

    private static readonly AudienceList List = new(3, 2, 1, "abc", [new("金额", 2, 2, 300m, 100m, 200m), new("备注", 1, 0, null, null, null)], new(2, 0, 0, 0, 0, 0, 0), Now);

    private static readonly NoticeDraft Draft = new(
        "补贴发放", "agriculture", "a1", [ChannelKind.Sms], new(Sms: "{{姓名}}：补贴{{金额}}元"), Expected: new("金额", 2, 300m));

    [Fact]
    public void Life_WhenFourEyesAgree_GoesOut()
    {
        var notice = Created();
        Assert.Equal(NoticeState.Draft, notice.State);
        notice = Done(notice, new SubmitNotice(), Drafter);
        Assert.Equal(NoticeState.InReview, notice.State);
        notice = Done(notice, new ReviewNotice(true, null, ["不涉密"]), Reviewer);
        Assert.Equal((3, "abc", 2, 1), (notice.Frozen!.ListVersion, notice.Frozen.ListHash, notice.Frozen.Recipients, notice.Frozen.Pages));
        notice = Done(notice, new SendNotice(), Drafter);
        Assert.Equal((NoticeState.Sending, (DateTimeOffset?)Now), (notice.State, notice.StartedAt));
        notice = Done(notice, new PauseNotice("数额有误"), Supervisor);
        notice = Done(notice, new ResumeNotice(), Drafter);
        notice = Done(notice, new EndNotice(), Actor.System);
        Assert.Equal((NoticeState.Sent, 7), (notice.State, notice.Seq));
    }

    [Fact]
    public void Review_ByTheDrafter_IsForbiddenWhateverTheRole() =>
        Assert.Equal("ownDraft", Refused(InReview(), new ReviewNotice(true, null, []), Drafter with { Role = Role.Reviewer }));

    [Fact]
    public void Anything_ByAnotherOffice_IsNotFound() => Assert.Equal("notFound", Refused(InReview(), new ReviewNotice(true, null, []), Reviewer with { UnitId = "other" }));

    [Theory]
    [InlineData(2, 300.01)]
    [InlineData(3, 300)]
    public void Submit_WhenTheAmountsAreNotTheDocuments_IsBlocked(int count, double total) =>
        Assert.Equal("expectedMismatch", Refused(Created(Draft with { Expected = new("金额", count, (decimal)total) }), new SubmitNotice(), Drafter));

    [Fact]
    public void Review_WhenTheListHasChangedSince_IsBlockedByItsAmounts()
    {
        var changed = Context(List with { Columns = [new("金额", 2, 2, 3_000m, 100m, 2_900m)] });

        Assert.Equal("expectedMismatch", NoticeRules.Decide(InReview(), new ReviewNotice(true, null, []), Reviewer, changed).Refusal!.Code);
    }

    [Theory]
    [InlineData("{{姓名}}：补贴{{金额}}元", "expectedRequired")]
    [InlineData("{{姓名}}：补贴已发放，{{备注}}", null)]
    public void Submit_WhenThePolicyDemandsTheDocumentsAmounts_NeedsThemWhereATextNamesOne(string text, string? code) =>
        Assert.Equal(code, NoticeRules.Decide(Created(Draft with { Texts = new(Sms: text), Expected = null }), new SubmitNotice(), Drafter, Context() with { Policy = new(RequireExpected: true) }).Refusal?.Code);

    [Fact]
    public void Submit_WhenRowsLackAValue_IsBlocked()
    {
        var dry = new DryRun(2, new Dictionary<string, ChannelDryRun>(), [], 0, 0, 0, 0, 0, [new(2, "missingValue", "第2位对象缺少：姓名。")], []);

        Assert.Equal("dryRunFailed", NoticeRules.Decide(Created(), new SubmitNotice(), Drafter, Context() with { DryRun = dry }).Refusal!.Code);
    }

    [Fact]
    public void Submit_WhenRowsAreOnlyUnreachable_GoesOn()
    {
        var dry = new DryRun(2, new Dictionary<string, ChannelDryRun>(), [], 0, 0, 0, 0, 1, [new(2, "unreachable", "", Blocks: false)], []);

        Assert.Null(NoticeRules.Decide(Created(), new SubmitNotice(), Drafter, Context() with { DryRun = dry }).Refusal);
    }

    [Fact]
    public void Refusal_WithoutAReason_IsRefused() => Assert.Equal("invalid", Refused(InReview(), new ReviewNotice(false, " ", []), Reviewer));

    [Fact]
    public void Send_WhenTextsDifferFromTheApproved_IsRefused()
    {
        var approved = Done(InReview(), new ReviewNotice(true, null, []), Reviewer);

        Assert.Equal("changedAfterApproval", Refused(approved with { Texts = new(Sms: "别的话") }, new SendNotice(), Drafter));
    }

    [Fact]
    public void Send_WhenATimeIsSet_WaitsForIt()
    {
        var approved = Done(Done(Created(Draft with { SendAt = Now.AddHours(3) }), new SubmitNotice(), Drafter), new ReviewNotice(true, null, []), Reviewer);
        var scheduled = Done(approved, new SendNotice(), Drafter);

        Assert.Equal(NoticeState.Scheduled, scheduled.State);
        Assert.Equal("roleLacking", Refused(scheduled, new BeginNotice(), Drafter));
        Assert.Equal("wrongState", Refused(scheduled, new BeginNotice(), Actor.System));
        Assert.Equal(NoticeState.Sending, NoticeRules.Decide(scheduled, new BeginNotice(), Actor.System, Context() with { Now = Now.AddHours(3) }).Notice!.State);
    }

    [Theory]
    [InlineData(NoticeState.InReview)]
    [InlineData(NoticeState.Approved)]
    [InlineData(NoticeState.Sending)]
    public void Edit_WhenItIsOutOfTheDraftersHands_IsRefused(NoticeState state) =>
        Assert.Equal("wrongState", Refused(Created() with { State = state }, new EditNotice(Draft), Drafter));

    [Fact]
    public void Mandatory_WithoutItsBasis_IsRefused() =>
        Assert.Contains("legalBasis", NoticeRules.Create("n1", Draft with { Mandatory = true }, Drafter, Context()).Refusal!.Errors!.Keys);

    private static NoticeContext Context(AudienceList? list = null) => new(Now, City, new Audience
    {
        Id = "a1",
        Name = "农户",
        Field = "agriculture",
        UnitId = "office",
        CreatedBy = Drafter,
        List = list ?? List,
    });

    private static Notice Created(NoticeDraft? draft = null) => NoticeRules.Create("n1", draft ?? Draft, Drafter, Context()).Notice!;

    private static Notice InReview() => Done(Created(), new SubmitNotice(), Drafter);

    private static Notice Done(Notice notice, NoticeCommand command, Actor by)
    {
        var decision = NoticeRules.Decide(notice, command, by, Context());
        Assert.Null(decision.Refusal);
        Assert.Equal(decision.Notice!.Seq, decision.Event!.Seq);
        return decision.Notice;
    }

    private static string Refused(Notice notice, NoticeCommand command, Actor by) => NoticeRules.Decide(notice, command, by, Context()).Refusal!.Code;
}
