using System.Text;
using HotlinePush.Inbound.Calls;

namespace HotlinePush.Tests.Inbound.Calls;

public sealed class CallSignatureTests
{
    // Made with: printf '%s.%s' "$TIMESTAMP" "$BODY" | openssl dgst -sha256 -hmac "$SECRET"
    private const string Secret = "0123456789abcdef0123456789abcdef";
    private const string Timestamp = "1795320000";
    private const string Body = """{"callId":"pbx-1","state":"ringing","caller":"13800138000","called":"12345","agent":"8012"}""";
    private const string Signature = "sha256=7789a1f83ac82412695a0264af2b249f4b8fa70290a06c9c12039f31b5543010";
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1795320000);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    [InlineData(-300)]
    public void Signature_OfTheDocumentedExample_HoldsWithinTheWindow(int secondsLater) => Assert.True(Holds(now: At.AddSeconds(secondsLater)));

    [Theory]
    [InlineData(301)]
    [InlineData(-301)]
    [InlineData(86_400)]
    public void Signature_WhenTheClocksAreTooFarApart_DoesNotHold(int secondsLater) => Assert.False(Holds(now: At.AddSeconds(secondsLater)));

    [Fact]
    public void Signature_UnderEitherOfTwoLiveSecrets_Holds()
    {
        Assert.True(Holds(secrets: ["another-secret-of-the-other-side-0", Secret]));
        Assert.False(Holds(secrets: ["another-secret-of-the-other-side-0"]));
        Assert.False(Holds(secrets: []));
    }

    [Fact]
    public void Signature_WhenOneByteDiffers_DoesNotHold()
    {
        for (var i = 0; i < Body.Length; i++)
            Assert.False(Holds(body: Body[..i] + (char)(Body[i] ^ 1) + Body[(i + 1)..]), $"byte {i}");
        Assert.False(Holds(body: Body + " "));
        Assert.False(Holds(timestamp: "1795320001"));
        Assert.False(Holds(timestamp: " 1795320000"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sha256=")]
    [InlineData("7789a1f83ac82412695a0264af2b249f4b8fa70290a06c9c12039f31b5543010")]
    [InlineData("sha1=7789a1f83ac82412695a0264af2b249f4b8fa70290a06c9c12039f31b5543010")]
    public void Signature_OfAnotherForm_DoesNotHold(string? signature) => Assert.False(Holds(signature: signature));

    [Fact]
    public void Signature_InCapitals_Holds() => Assert.True(Holds(signature: "sha256=" + Signature[7..].ToUpperInvariant()));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-1795320000")]
    [InlineData("1795320000.0")]
    [InlineData("99999999999999999999")]
    public void Timestamp_ThatIsNone_DoesNotHold(string? timestamp) => Assert.False(CallSignature.Holds([Secret], timestamp, Signature, Encoding.UTF8.GetBytes(Body), At, Window));

    private static bool Holds(string? timestamp = Timestamp, string? signature = Signature, string body = Body, DateTimeOffset? now = null, string[]? secrets = null) =>
        CallSignature.Holds(secrets ?? [Secret], timestamp, signature, Encoding.UTF8.GetBytes(body), now ?? At, Window);
}
