using HotlinePush.Inbound.WeChat;

namespace HotlinePush.Tests.Inbound;

/// <summary>The examples that the platform publishes with its own libraries.</summary>
public sealed class WeChatCryptTests
{
    private const string Key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
    private const string Box = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==";

    // Python's example: a text that somebody sent, in safe mode.
    private const string Sent =
        "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE=";

    [Fact]
    public void Encrypt_OfThePublishedExample_IsThePublishedText() =>
        Assert.Equal(Box, WeChatCrypt.Encrypt(WeChatCrypt.Key(Key)!, "wxb11529c136998cb6", "我是中文abcd123", "aaaabbbbccccdddd"u8.ToArray()));

    [Fact]
    public void Decrypt_OfThePublishedExamples_IsWhatWasSaid()
    {
        Assert.Equal("我是中文abcd123", WeChatCrypt.Decrypt(WeChatCrypt.Key(Key)!, "wxb11529c136998cb6", Box));
        Assert.Contains("<Content><![CDATA[abcdteT]]></Content>", WeChatCrypt.Decrypt(WeChatCrypt.Key(Key)!, "wx2c2769f8efd9abc2", Sent), StringComparison.Ordinal);
        Assert.Equal(
            "1616140317555161061",
            WeChatCrypt.Decrypt(WeChatCrypt.Key("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")!, "wx5823bf96d3bd56c7", "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="));
        Assert.Equal(
            "hE8R6mGXHkJJjU72KxzKUd1GEkKJaEZq7vRL8XgK3o+00k8JGq6+pZJUIlTSyhsX+bxIBQ72g3GyvDdIZcr6+3HAZbSvPT9t/o11MI7d6WELwqrGd7jMnV0zv3Zc9Nq7",
            WeChatCrypt.Encrypt(WeChatCrypt.Key(new string('A', 43))!, "wx134c8103faa5a59e", "<xml><demo_resp>[CDATA[good luck]]</demo_resp></xml>", "999951349e8ee746"u8.ToArray()));
    }

    [Fact]
    public void Signature_OfThePublishedExamples_Holds()
    {
        Assert.True(WeChatCrypt.Holds("5d197aaffba7e9b25a30732f161a50dee96bd5fa", "spamtest", "1409735669", "1320562132", Sent));
        Assert.True(WeChatCrypt.Holds(
            "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "QDG6eK", "1409659589", "263014780", "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="));
        Assert.True(WeChatCrypt.Holds(
            "03e0812039325c2712ef5f0f980fd14c70d6e307", "AAAAA", "1713424427", "415670741",
            "hE8R6mGXHkJJjU72KxzKUd1GEkKJaEZq7vRL8XgK3o+00k8JGq6+pZJUIlTSyhsX+bxIBQ72g3GyvDdIZcr6+3HAZbSvPT9t/o11MI7d6WELwqrGd7jMnV0zv3Zc9Nq7"));
    }

    [Fact]
    public void Signature_WhenAnythingDiffers_DoesNotHold()
    {
        const string right = "5d197aaffba7e9b25a30732f161a50dee96bd5fa";
        Assert.False(WeChatCrypt.Holds(right, "spamtesu", "1409735669", "1320562132", Sent));
        Assert.False(WeChatCrypt.Holds(right, "spamtest", "1409735668", "1320562132", Sent));
        Assert.False(WeChatCrypt.Holds(right, "spamtest", "1409735669", "1320562133", Sent));
        Assert.False(WeChatCrypt.Holds(right, "spamtest", "1409735669", "1320562132", Sent[..^5] + "x" + Sent[^4..]));
        Assert.False(WeChatCrypt.Holds(right[..^1], "spamtest", "1409735669", "1320562132", Sent));
        Assert.False(WeChatCrypt.Holds(null, "spamtest", "1409735669", "1320562132", Sent));
        Assert.False(WeChatCrypt.Holds("", "spamtest", "1409735669", "1320562132", Sent));
    }

    [Fact]
    public void Decrypt_WhenAnythingDiffers_IsNothing()
    {
        var key = WeChatCrypt.Key(Key)!;
        Assert.Null(WeChatCrypt.Decrypt(key, "wxb11529c136998cb7", Box));
        Assert.Null(WeChatCrypt.Decrypt(WeChatCrypt.Key("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")!, "wxb11529c136998cb6", Box));
        Assert.Null(WeChatCrypt.Decrypt(key, "wxb11529c136998cb6", "not base64!"));
        Assert.Null(WeChatCrypt.Decrypt(key, "wxb11529c136998cb6", "YWJj"));
        Assert.Null(WeChatCrypt.Decrypt(key, "wxb11529c136998cb6", "AAAAAAAAAAAAAAAAAAAAAA=="));
        Assert.Null(WeChatCrypt.Decrypt(key, "wxb11529c136998cb6", ""));
        for (var i = 0; i < Box.Length - 2; i++)
        {
            var changed = Box.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            // A byte of the random part alone changes nothing else; every other change is noticed or makes other words.
            Assert.NotEqual("我是中文abcd123 ", WeChatCrypt.Decrypt(key, "wxb11529c136998cb6", new(changed)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456789ABCDEF!")]
    public void Key_WhenItIsNone_IsRefused(string key) => Assert.Null(WeChatCrypt.Key(key));
}
