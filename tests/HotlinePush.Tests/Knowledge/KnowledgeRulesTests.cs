using HotlinePush.Knowledge;
using HotlinePush.Security;

namespace HotlinePush.Tests.Knowledge;

public sealed class KnowledgeRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.FromHours(8));
    private static readonly Actor Desk = new(Role.Desk, "d1");
    private static readonly Actor Supervisor = new(Role.Supervisor, "s1");
    private static readonly ArticleText Text = new("停水怎么办", "先问物业。");

    private static Article Draft(Actor by) => KnowledgeRules.Create("a1", Text, by, Now);

    private static Article Done(Article article, ArticleCommand command, Actor by)
    {
        var (next, refusal) = KnowledgeRules.Decide(article, command, by, Now.AddMinutes(article.Version));
        Assert.Null(refusal);
        return next!;
    }

    private static string? Refused(Article article, ArticleCommand command, Actor by) => KnowledgeRules.Decide(article, command, by, Now).Refusal?.Code;

    private static Article Published() => Done(Done(Draft(Desk), new SubmitArticle(), Desk), new PublishArticle(), Supervisor);

    [Fact]
    public void Publish_BySomebodyElse_ShowsTheText()
    {
        var article = Published();

        Assert.Equal(ArticleState.Published, article.State);
        Assert.Equal(Text, article.Live);
        Assert.Equal(3, article.Version);
    }

    [Fact]
    public void Publish_ByWhoeverWroteIt_IsRefused()
    {
        var article = Done(Draft(Supervisor), new SubmitArticle(), Supervisor);

        Assert.Equal("ownDraft", Refused(article, new PublishArticle(), Supervisor));
        // Another supervisor's words in the same draft do not free the first one.
        var other = new Actor(Role.Supervisor, "s2");
        var edited = Done(Done(article, new WriteArticle(Text), other), new SubmitArticle(), other);
        Assert.Equal("ownDraft", Refused(edited, new PublishArticle(), Supervisor));
    }

    [Fact]
    public void Publish_ByTheDesk_IsRefused() =>
        Assert.Equal("roleLacking", Refused(Done(Draft(Desk), new SubmitArticle(), Desk), new PublishArticle(), new(Role.Desk, "d2")));

    [Fact]
    public void Write_OnAPublishedArticle_LeavesWhatThePublicReads()
    {
        var article = Done(Published(), new WriteArticle(Text with { Body = "改了。" }), Desk);

        Assert.Equal(ArticleState.Draft, article.State);
        Assert.Equal("先问物业。", article.Live!.Body);
        Assert.Equal("改了。", Done(Done(article, new SubmitArticle(), Desk), new PublishArticle(), Supervisor).Live!.Body);
    }

    [Fact]
    public void Reject_WithoutANote_IsRefused()
    {
        var article = Done(Draft(Desk), new SubmitArticle(), Desk);

        Assert.Equal("required", Refused(article, new RejectArticle(" "), Supervisor));
        Assert.Equal(ArticleState.Draft, Done(article, new RejectArticle("缺依据"), Supervisor).State);
    }

    [Fact]
    public void Retire_Always_TakesTheTextFromThePublic()
    {
        var article = Done(Published(), new RetireArticle(), Supervisor);

        Assert.Null(article.Live);
        Assert.Equal("wrongState", Refused(article, new RetireArticle(), Supervisor));
    }

    [Fact]
    public void Confirm_WithALaterDate_MovesTheReviewAlone()
    {
        var article = Done(Published(), new ConfirmArticle(new(2027, 1, 1)), Supervisor);

        Assert.Equal(new DateOnly(2027, 1, 1), article.Live!.ReviewBy);
        Assert.Equal(Text.Body, article.Live.Body);
        Assert.Equal("badTime", Refused(article, new ConfirmArticle(new(2026, 3, 2)), Supervisor));
    }

    [Fact]
    public void Blocks_OfABody_AreParagraphsListsStepsAndHeadings()
    {
        var blocks = ArticleBody.Blocks("先挂失。\n再补卡。\n\n1. 一\n2. 二\n## 退费\n- 甲\n- <b>乙</b>");

        Assert.Equal([BlockKind.Paragraph, BlockKind.Steps, BlockKind.Heading, BlockKind.List], blocks.Select(b => b.Kind));
        Assert.Equal("先挂失。\n再补卡。", blocks[0].Lines.Single());
        Assert.Equal(["甲", "<b>乙</b>"], blocks[3].Lines);
    }
}
