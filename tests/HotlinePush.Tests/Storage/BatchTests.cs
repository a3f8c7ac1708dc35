using HotlinePush.Storage;

namespace HotlinePush.Tests.Storage;

public sealed class BatchTests
{
    [Fact]
    public void Batch_WhenItHoldsOneHundredOperations_TakesNoMore()
    {
        var batch = new Batch("t", "p");
        for (var i = 0; i < Batch.MaxOperations; i++)
            batch.Delete($"k{i}");

        Assert.Throws<ArgumentException>(() => batch.Delete("one-more"));
    }

    [Fact]
    public void Batch_WhenARowIsTooLarge_RefusesIt() =>
        Assert.Throws<ArgumentException>(() => new Batch("t", "p").Upsert("a", new byte[Batch.MaxRowBytes + 1]));

    [Fact]
    public void Batch_WhenRowsTogetherAreTooLarge_RefusesTheLast()
    {
        var batch = new Batch("t", "p");
        for (var i = 0; i < 5; i++)
            batch.Upsert($"k{i}", new byte[Batch.MaxRowBytes]);

        Assert.Throws<ArgumentException>(() => batch.Upsert("k5", new byte[1]));
    }

    [Fact]
    public void Batch_WhenARowStandsInItAlready_RefusesIt() =>
        Assert.Throws<ArgumentException>(() => new Batch("t", "p").Delete("a").Upsert("a", default));

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a#b")]
    [InlineData("a?b")]
    [InlineData("a%b")]
    [InlineData("a b")]
    [InlineData("a\tb")]
    [InlineData("中")]
    public void Batch_WhenAKeyIsNoKey_RefusesIt(string key)
    {
        Assert.Throws<ArgumentException>(() => new Batch("t", "p").Delete(key));
        Assert.Throws<ArgumentException>(() => new Batch("t", key));
    }

    [Fact]
    public void Batch_WhenAKeyIsTooLong_RefusesIt() =>
        Assert.Throws<ArgumentException>(() => new Batch("t", "p").Delete(new string('k', Batch.MaxKeyLength + 1)));
}
