using HotlinePush.Comments;
using HotlinePush.Security;

namespace HotlinePush.Tests.Comments;

public sealed class ConsultationRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.FromHours(8));
    private static readonly Actor Office = new(Role.Publisher, "p", "city-civil");
    private static readonly ConsultationSection[] Text = [new("s1", "第一条", "内容一"), new("s2", "第二条", "内容二")];

    private static ConsultationDraft Draft(int days = 30, int minDays = 30, string? why = null, DateTimeOffset? opens = null) =>
        new("标题", Text, opens ?? Now, (opens ?? Now).AddDays(days), minDays, why, ConfirmByCode: false);

    private static Consultation Made(ConsultationDraft? draft = null) =>
        ConsultationRules.Create("c1", draft ?? Draft(), Office, Now) is { After: { } made } ? made : throw new InvalidOperationException("Refused.");

    [Theory]
    [InlineData(30, 30, null, true)]
    [InlineData(29, 30, null, false)]
    [InlineData(29, 30, "防汛工作紧急", true)]
    [InlineData(29, 30, "  ", false)]
    [InlineData(7, 7, null, true)]
    [InlineData(6, 7, null, false)]
    [InlineData(731, 30, null, true)]
    [InlineData(732, 30, null, false)]
    [InlineData(0, 0, null, false)]
    [InlineData(-1, 0, null, false)]
    public void Create_ByTheDaysItIsOpen_IsTakenOrRefused(int days, int minDays, string? why, bool taken) =>
        Assert.Equal(taken, ConsultationRules.Create("c1", Draft(days, minDays, why), Office, Now).Refusal is null);

    [Fact]
    public void Create_WithTooFewDaysAndNoReason_SaysWhichField()
    {
        var refusal = ConsultationRules.Create("c1", Draft(10), Office, Now).Refusal!;

        Assert.Equal("periodTooShort", refusal.Code);
        Assert.Equal(["closesAt"], refusal.Errors!.Keys);
    }

    [Fact]
    public void Create_WithAnOpeningLongPast_OpensNowAndCountsFromNow()
    {
        var made = Made(new("标题", Text, Now.AddDays(-20), Now.AddDays(30), 30, null, false));
        Assert.Equal(Now, made.OpensAt);

        Assert.Equal("periodTooShort", ConsultationRules.Create("c1", new("标题", Text, Now.AddDays(-20), Now.AddDays(20), 30, null, false), Office, Now).Refusal!.Code);
    }

    [Fact]
    public void Create_WithSectionsThatAreNone_IsRefusedByTheirPlaces()
    {
        var refusal = ConsultationRules.Create("c1", Draft() with { Text = [new("a", "x", "y"), new(" a ", "x", "y"), new("", "x", " ")] }, Office, Now).Refusal!;

        Assert.Equal(["text[1].id", "text[2].body", "text[2].id"], refusal.Errors!.Keys.Order(StringComparer.Ordinal));
        Assert.NotNull(ConsultationRules.Create("c1", Draft() with { Text = [] }, Office, Now).Refusal);
        Assert.NotNull(ConsultationRules.Create("c1", Draft(), Office with { Role = Role.Reviewer }, Now).Refusal);
    }

    [Fact]
    public void State_FollowsFromTheClockAlone()
    {
        var c = Made(Draft(opens: Now.AddDays(1)));
        Assert.Equal(ConsultationState.Draft, Made(new("标题", Text, null, null, 30, null, false)).StateAt(Now.AddYears(5)));
        Assert.Equal(ConsultationState.Planned, c.StateAt(Now.AddDays(1).AddTicks(-1)));
        Assert.Equal(ConsultationState.Open, c.StateAt(Now.AddDays(1)));
        Assert.Equal(ConsultationState.Open, c.StateAt(Now.AddDays(31).AddTicks(-1)));
        Assert.Equal(ConsultationState.Closed, c.StateAt(Now.AddDays(31)));

        var back = ConsultationRules.Withdraw(c, "改期", Office, Now).After!;
        Assert.Equal(ConsultationState.Withdrawn, back.StateAt(Now.AddDays(40)));
        Assert.False(back.IsPublicAt(Now.AddDays(40)));
        Assert.True(ConsultationRules.Withdraw(c, "改期", Office, Now.AddDays(2)).After!.IsPublicAt(Now.AddDays(40)));
    }

    [Fact]
    public void Edit_WhileOpen_MovesTheEndToLaterAndNothingElse()
    {
        var c = Made();
        var later = Draft() with { ClosesAt = Now.AddDays(45), Note = "节假日" };
        var at = Now.AddDays(3);

        var after = ConsultationRules.Edit(c, Text, later, Office, at).After!;
        Assert.Equal((Now.AddDays(45), "节假日"), (after.ClosesAt, Assert.Single(after.Amendments).Reason));
        Assert.Equal("textFixed", ConsultationRules.Edit(c, Text, later with { Title = "别的" }, Office, at).Refusal!.Code);
        Assert.Equal("textFixed", ConsultationRules.Edit(c, Text, later with { Text = [Text[0], Text[1] with { Body = "改了" }] }, Office, at).Refusal!.Code);
        Assert.Equal("textFixed", ConsultationRules.Edit(c, Text, later with { OpensAt = Now.AddDays(1) }, Office, at).Refusal!.Code);
        Assert.Equal("outOfRange", ConsultationRules.Edit(c, Text, Draft() with { ClosesAt = Now.AddDays(29) }, Office, at).Refusal!.Code);
        Assert.Equal("consultationClosed", ConsultationRules.Edit(c, Text, later, Office, Now.AddDays(31)).Refusal!.Code);
        Assert.Equal("notOwnUnit", ConsultationRules.Edit(c, Text, later, Office with { UnitId = "city-urban" }, at).Refusal!.Code);
    }

    [Fact]
    public void Moderate_AndRespond_KeepToTheirStates()
    {
        var c = new Comment { Id = "m1", ConsultationId = "c1", ReceivedAt = Now, Channel = CommentChannel.Web, State = CommentState.Unconfirmed, GroupId = "m1" };
        Assert.Equal("wrongState", CommentRules.Moderate(c, true, null, "p", Now).Refusal!.Code);
        Assert.Equal("wrongState", CommentRules.Respond(c, Adoption.Adopted, "x", "p", Now).Refusal!.Code);
        Assert.Empty(c.ListKeys());

        var held = c with { State = CommentState.Held };
        Assert.Equal("required", CommentRules.Moderate(held, false, " ", "p", Now).Refusal!.Code);
        // Its words are gone: there is nothing to show.
        Assert.Equal("personalDataDeleted", CommentRules.Moderate(held, true, null, "p", Now).Refusal!.Code);
        Assert.Equal(CommentState.Refused, CommentRules.Moderate(held, false, "无关", "p", Now).After!.State);
    }

    [Theory]
    [InlineData("建议把用餐补助的年龄从八十周岁降到七十周岁，独居老人更需要。", "建议把用餐补助的年龄，从八十周岁降到七十周岁！独居老人更需要。", true)]
    [InlineData("强烈反对在小区主干道两侧设置充电桩，影响消防通道和居民出行安全，应当另行选址，并先征得业主同意。", "我们强烈反对在小区主干道两侧设置充电桩，影响消防通道和居民出行安全，应当另行选址，并先征得全体业主同意。", true)]
    [InlineData("同意", "同意！", true)]
    [InlineData("同意", "不同意", false)]
    [InlineData("建议把用餐补助的年龄从八十周岁降到七十周岁，独居老人更需要。", "建议每餐补助从三元提高到五元，现在物价涨了不少，老人负担不起。", false)]
    public void Sketch_OfCopies_IsAlikeAndSharesAPart(string one, string other, bool alike)
    {
        var (a, b) = (CommentSketch.Of(one), CommentSketch.Of(other));

        Assert.Equal(alike, a.IsLike(b));
        Assert.True(!alike || a.Bands().Intersect(b.Bands()).Any());
    }
}
