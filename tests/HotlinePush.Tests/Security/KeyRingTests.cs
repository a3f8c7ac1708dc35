using System.Security.Cryptography;
using HotlinePush.Security;

namespace HotlinePush.Tests.Security;

public class KeyRingTests
{
    private readonly KeyRing _ring = KeyRing.Create();

    [Fact]
    public void Ring_WhenWrittenAndRead_IsTheSame()
    {
        var ring = _ring.Rotate(KeyKind.Index).Rotate(KeyKind.Encryption);
        var read = KeyRing.Parse(ring.ToJson());
        Assert.Equal(ring.ToJson(), read.ToJson());
        Assert.Equal(["h2", "h1"], read.LiveKeys(KeyKind.Index));
        Assert.Equal(["e2", "e1"], read.LiveKeys(KeyKind.Encryption));
        Assert.Equal(["t1"], read.LiveKeys(KeyKind.Token));
        Assert.Equal(ring.IndexHash("phone", "+8613800001234"), read.IndexHash("phone", "+8613800001234"));
    }

    [Fact]
    public void Ring_WhenCreatedTwice_HasOtherKeys() =>
        Assert.NotEqual(_ring.IndexHash("phone", "x"), KeyRing.Create().IndexHash("phone", "x"));

    [Fact]
    public void DataKey_WhenWrapped_UnwrapsToTheSame()
    {
        using var key = _ring.NewDataKey();
        var wrapped = _ring.Wrap(key);
        Assert.Equal("e1", wrapped.KeyId);
        using var again = _ring.Unwrap(wrapped);
        Assert.Equal("词"u8.ToArray(), again.Open(key.Seal("词"u8, "c"u8), "c"u8));
    }

    [Fact]
    public void DataKey_AfterRotation_UnwrapsUntilItsKeyIsRetired()
    {
        using var key = _ring.NewDataKey();
        var wrapped = _ring.Wrap(key);
        var rotated = _ring.Rotate(KeyKind.Encryption);
        Assert.Equal("e2", rotated.Wrap(key).KeyId);
        rotated.Unwrap(wrapped).Dispose();
        Assert.Throws<CryptographicException>(() => rotated.Retire("e1").Unwrap(wrapped));
        Assert.Throws<ArgumentException>(() => rotated.Retire("e2"));
    }

    [Fact]
    public void WrappedKey_WhenAnyByteChanges_IsRefused()
    {
        using var key = _ring.NewDataKey();
        var wrapped = _ring.Wrap(key);
        for (var i = 0; i < wrapped.Value.Length; i++)
        {
            var changed = (byte[])wrapped.Value.Clone();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => _ring.Unwrap(wrapped with { Value = changed }));
        }

        Assert.Throws<CryptographicException>(() => _ring.Unwrap(wrapped with { Value = [1, 2, 3] }));
        Assert.ThrowsAny<CryptographicException>(() => KeyRing.Create().Unwrap(wrapped));
    }

    [Fact]
    public void SealedValue_WhenOpenedInAnotherContext_IsRefused()
    {
        using var key = _ring.NewDataKey();
        var box = key.Seal("a"u8, "name"u8);
        Assert.NotEqual(box, key.Seal("a"u8, "name"u8));
        Assert.ThrowsAny<CryptographicException>(() => key.Open(box, "phone"u8));
    }

    [Fact]
    public void DataKey_WhenUsedByManyThreads_MixesNothing()
    {
        using var key = _ring.NewDataKey();
        Parallel.For(0, 2000, i =>
        {
            var plain = BitConverter.GetBytes(i);
            Assert.Equal(plain, key.Open(key.Seal(plain, plain), plain));
        });
    }

    [Fact]
    public void IndexHash_IsAKeyOfSmallLettersAndDigits_With128Bits()
    {
        var hash = _ring.IndexHash("phone", "+8613800001234");
        Assert.Matches("^h1-[a-z0-9]{26}$", hash);
        Assert.Equal(hash, _ring.IndexHash("phone", "+8613800001234"));
        Assert.NotEqual(hash, _ring.IndexHash("email", "+8613800001234"));
        Assert.NotEqual(hash, _ring.IndexHash("phone", "+8613800001235"));
        Assert.NotEqual(_ring.IndexHash("ab", "c"), _ring.IndexHash("a", "bc"));
        Assert.NotEqual(_ring.IndexHash("a", new string('字', 2000) + "1"), _ring.IndexHash("a", new string('字', 2000) + "2"));
    }

    [Fact]
    public void IndexHashes_AfterRotation_HoldTheFormerToo_CurrentFirst()
    {
        var before = _ring.IndexHash("phone", "x");
        var rotated = _ring.Rotate(KeyKind.Index);
        Assert.Equal([rotated.IndexHash("phone", "x"), before], rotated.IndexHashes("phone", "x"));
        Assert.StartsWith("h2-", rotated.IndexHash("phone", "x"), StringComparison.Ordinal);
    }

    [Fact]
    public void Token_IsVerifiedUnderEveryLiveKey_AndForItsSubjectOnly()
    {
        var token = _ring.Token("track", "1");
        var rotated = _ring.Rotate(KeyKind.Token);
        Assert.Matches("^t1-[a-z0-9]{26}$", token);
        Assert.Equal(token, _ring.Token("track", "1"));
        Assert.True(_ring.VerifyToken("track", "1", token));
        Assert.True(rotated.VerifyToken("track", "1", token));
        Assert.True(rotated.VerifyToken("track", "1", rotated.Token("track", "1")));
        Assert.False(rotated.Retire("t1").VerifyToken("track", "1", token));
        Assert.False(_ring.VerifyToken("track", "2", token));
        Assert.False(_ring.VerifyToken("unsubscribe", "1", token));
        Assert.False(KeyRing.Create().VerifyToken("track", "1", token));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("t1-")]
    [InlineData("\ud800")]
    [InlineData("t1-zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    public void VerifyToken_WhenItIsNoToken_IsFalse(string? token) => Assert.False(_ring.VerifyToken("track", "1", token));

    [Fact]
    public void Parse_WhenAnyCharacterOfASecretChanges_RefusesAndTellsNoSecret()
    {
        var json = _ring.ToJson();
        var secret = json.IndexOf("\"secret\": \"", StringComparison.Ordinal) + 11;
        for (var i = secret; i < secret + 43; i++)
        {
            var damaged = json[..i] + (json[i] == 'A' ? 'B' : 'A') + json[(i + 1)..];
            var error = Assert.Throws<FormatException>(() => KeyRing.Parse(damaged));
            Assert.DoesNotContain(json[secret..(secret + 10)], error.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"version":1,"encryption":[],"index":[],"token":[],"check":""}""")]
    [InlineData("""{"version":1,"encryption":[null],"index":[null],"token":[null],"check":""}""")]
    [InlineData("""{"version":1,"encryption":[{"id":"e1","secret":"AAAA"}],"index":[],"token":[],"check":""}""")]
    public void Parse_WhenItIsNoRing_Refuses(string json) => Assert.Throws<FormatException>(() => KeyRing.Parse(json));

    [Fact]
    public void Parse_WhenOfALaterVersion_SaysSo()
    {
        var error = Assert.Throws<FormatException>(() => KeyRing.Parse(_ring.ToJson().Replace("\"version\": 1", "\"version\": 2", StringComparison.Ordinal)));
        Assert.Contains("version 2", error.Message, StringComparison.Ordinal);
    }
}
