using HotlinePush.Messaging;

namespace HotlinePush.Tests.Cloud;

public sealed class CloudMessagesTests
{
    [Fact]
    public void Messages_WhenGroupedForSending_AreSentOnceInOrderAndNeverTooLargeTogether()
    {
        var random = new Random(5);
        var messages = Enumerable.Range(0, 900).Select(i => new OutgoingMessage(
            Queues.All[random.Next(3)], $"m{i}", "t.v1", new string(random.Next(4) == 0 ? '工' : 'x', random.Next(3) == 0 ? random.Next(21_000) : random.Next(300)))).ToList();

        var groups = CloudMessages.Group(messages).ToList();

        foreach (var queue in Queues.All)
            Assert.Equal(messages.Where(m => m.Queue == queue), groups.Where(g => g.Queue == queue).SelectMany(g => g.Messages));
        Assert.All(groups, g => Assert.InRange(g.Messages.Count, 1, CloudMessages.MaxTogether));
        Assert.All(groups, g => Assert.InRange(g.Messages.Sum(m => System.Text.Encoding.UTF8.GetByteCount(m.Body)), 0, CloudMessages.MaxBytesTogether));
    }

    [Fact]
    public void Message_WhenItsBodyIsTooLarge_IsABugBeforeAnyIsSent() => Assert.Throws<ArgumentException>(() =>
        CloudMessages.Group([new("tickets", "a", "t.v1", "{}"), new("tickets", "b", "t.v1", new('x', OutgoingMessage.MaxBodyBytes + 1))]));

    [Fact]
    public void Copies_WhenMadeAgainAndAgain_HaveIdsOfTheirOwnThatRepeatThemselves()
    {
        var first = CloudMessages.IdOfCopy("260101-ab~x", 1);

        Assert.Equal("260101-ab~x~1", first);
        Assert.Equal("260101-ab~x~2", CloudMessages.IdOfCopy(first, 2));
        Assert.Equal(first, CloudMessages.IdOfCopy("260101-ab~x", 1));
    }

    [Fact]
    public void Reason_WhenTooLongForThePlatform_IsCutBetweenCharacters()
    {
        var cut = CloudMessages.Reason(string.Concat(Enumerable.Repeat("😀", 2_000)));

        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(cut), 1, 4_096);
        Assert.Equal("😀", cut[^2..]);
        Assert.Equal("short", CloudMessages.Reason("short"));
    }
}
