using System.Reflection;
using FsCheck;
using FsCheck.Fluent;
using HotlinePush.Storage;

namespace HotlinePush.Tests.Cloud;

/// <summary>What the adapters of the cloud do without its SDKs.</summary>
public sealed class CloudStorageTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(ValueChunks.Size, 1)]
    [InlineData(ValueChunks.Size + 1, 2)]
    [InlineData(Batch.MaxRowBytes - 1, 8)]
    [InlineData(Batch.MaxRowBytes, 8)]
    public void Value_WhenSplitOverProperties_IsJoinedAgain(int length, int properties)
    {
        var value = new byte[length];
        new Random(length).NextBytes(value);

        var chunks = ValueChunks.Split(value).ToDictionary(c => c.Name, c => c.Bytes.ToArray());

        Assert.Equal(properties, chunks.Count);
        Assert.All(chunks.Values, c => Assert.InRange(c.Length, 1, ValueChunks.Size));
        Assert.Equal(value, ValueChunks.Join(chunks.GetValueOrDefault).ToArray());
    }

    [Fact]
    public void Value_WhenLargerThanARow_IsABug() => Assert.Throws<ArgumentException>(() => ValueChunks.Split(new byte[Batch.MaxRowBytes + 1]).Count());

    [Fact]
    public void TableNames_WhenOfTheProduct_AreNamesInAzureAndNoTwoTheSame()
    {
        var tables = typeof(HotlineProduct).Assembly.GetTypes()
            .Select(t => t.GetField("Table", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(f => f is { IsLiteral: true } && f.FieldType == typeof(string)).Select(f => (string)f!.GetRawConstantValue()!).Distinct().ToList();
        var names = tables.ConvertAll(t => CloudNames.Table("hotline", t));

        Assert.True(tables.Count > 20);
        Assert.All(names, n => Assert.Matches("^[A-Za-z][A-Za-z0-9]{2,62}$", n));
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void TableNames_WhenTwoDiffer_DifferInAzureToo()
    {
        var names = Gen.ArrayOf(Gen.Elements('a', 'x', 'z', '-', '1')).Select(c => "t" + new string(c[..Math.Min(c.Length, 12)])).ToArbitrary();

        Prop.ForAll(names, names, (a, b) => a == b || !string.Equals(CloudNames.Table("hotline", a), CloudNames.Table("hotline", b), StringComparison.OrdinalIgnoreCase))
            .QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("hotline", "Work")]
    [InlineData("", "a")]
    [InlineData("1", "work")]
    [InlineData("hotline", "a/b")]
    public void TableNames_WhenTheyCannotBe_AreABug(string prefix, string table) => Assert.Throws<ArgumentException>(() => CloudNames.Table(prefix, table));
}
