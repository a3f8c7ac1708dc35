using HotlinePush.Channels;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Web;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Tests.Cloud;

public sealed class CloudSettingsTests
{
    private static readonly Dictionary<string, string?> Right = new()
    {
        ["Storage:TableEndpoint"] = "https://a.table.example.cn",
        ["Storage:BlobEndpoint"] = "https://a.blob.example.cn/",
        ["ServiceBus:fullyQualifiedNamespace"] = "a.servicebus.example.cn",
        ["Keys:Ring"] = KeyRing.Create().ToJson(),
    };

    [Fact]
    public void Settings_WhenRight_AreRead()
    {
        var read = CloudSettings.Read(Configuration(Right));

        Assert.Equal(("https://a.table.example.cn/", "a.servicebus.example.cn", "hotline", "files"), (read.Tables!.ToString(), read.BusNamespace, read.TablePrefix, read.Container));
        Assert.Null(read.Emulator);
        Assert.NotNull(CloudSettings.ReadKeys(Configuration(Right)));
        Assert.Null(CloudSettings.ReadFirstAdmin(Configuration(Right)));
    }

    [Fact]
    public void Settings_WhenOfEmulators_NeedNoEndpoints()
    {
        var read = CloudSettings.Read(Configuration(new()
        {
            ["Storage:ConnectionString"] = "UseDevelopmentStorage=true",
            ["ServiceBus"] = "Endpoint=sb://localhost;SharedAccessKeyName=a;SharedAccessKey=the-secret;UseDevelopmentEmulator=true;",
        }));

        Assert.NotNull(read.BusEmulator);
        Assert.DoesNotContain("the-secret", read.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Storage:TableEndpoint", "", "Storage:TableEndpoint is missing")]
    [InlineData("Storage:TableEndpoint", "http://a.table.example.cn", "https")]
    [InlineData("Storage:BlobEndpoint", "https://a.blob.example.cn/files", "without a path")]
    [InlineData("Storage:ConnectionString", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=b;EndpointSuffix=core.example.cn", "emulator")]
    [InlineData("Storage:TablePrefix", "City-1", "small letters")]
    [InlineData("Storage:Container", "A", "small letters")]
    [InlineData("Storage:Endpoint", "x", "is no setting")]
    [InlineData("ServiceBus:fullyQualifiedNamespace", "", "ServiceBus:fullyQualifiedNamespace is missing")]
    [InlineData("ServiceBus:fullyQualifiedNamespace", "sb://a.example.cn/", "without a scheme")]
    [InlineData("ServiceBus", "Endpoint=sb://a.example.cn/;SharedAccessKeyName=a;SharedAccessKey=b", "UseDevelopmentEmulator")]
    [InlineData("Identity:ClientId", "me", "client id")]
    [InlineData("Identity:AuthorityHost", "login", "https")]
    public void Settings_WhenOneIsWrong_StopTheStartWithItsNameAndRemedy(string name, string value, string remedy)
    {
        var stopped = Assert.Throws<ProviderSettingsException>(() => CloudSettings.Read(Configuration(new(Right) { [name] = value })));

        Assert.Contains(remedy, stopped.Message, StringComparison.Ordinal);
        Assert.Contains(name.Split(':')[0], stopped.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "Keys:Ring or Keys:File is needed")]
    [InlineData("@Microsoft.KeyVault(SecretUri=https://vault/secrets/key-ring)", null, "still a reference")]
    [InlineData("{}", null, "no key ring")]
    public void Keys_WhenTheyCannotBeRead_StopTheStart(string? ring, string? file, string remedy) => Assert.Contains(
        remedy, Assert.Throws<ProviderSettingsException>(() => CloudSettings.ReadKeys(Configuration(new() { ["Keys:Ring"] = ring, ["Keys:File"] = file }))).Message, StringComparison.Ordinal);

    [Fact]
    public void FirstAdmin_WhenGuessable_StopsTheStart() => Assert.Contains(
        "40 random characters", Assert.Throws<ProviderSettingsException>(() => CloudSettings.ReadFirstAdmin(Configuration(new(Right) { ["Keys:FirstAdmin"] = "admin" }))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task FirstAdmin_WhenRevoked_StaysSoAtTheNextStart()
    {
        var plain = new string('k', ApiKeys.MinGiven);
        var keys = new ApiKeys(new Support.MemoryTableStore(), new Support.ManualTimeProvider());
        await new FirstAdmin(keys, plain).StartAsync(default);
        var admin = await keys.FindAsync(plain);
        Assert.Equal(Role.Admin, admin!.Role);

        await keys.Revoke(admin.Id);
        await new FirstAdmin(keys, plain).StartAsync(default);

        Assert.Null(await keys.FindAsync(plain));
    }

    [Fact]
    public void Web_WhenGiven_IsSetAndTheRestStaysStandard()
    {
        var options = new HotlineWebOptions();
        WebSettings.Read(Configuration(new() { ["Web:CodesPerPhone"] = "3", ["Web:TrustedProxies"] = "10.0.0.0/8, 192.168.1.1", ["Web:TrustPlatformIdentity"] = "true" }))(options);

        Assert.Equal((3, 300, true), (options.CodesPerPhone, options.PublicWritesPerMinute, options.TrustPlatformIdentity));
        Assert.Equal(["10.0.0.0/8", "192.168.1.1"], options.TrustedProxies);
    }

    [Theory]
    [InlineData("CodesPerPhone", "0")]
    [InlineData("TrustedProxies", "proxy.example")]
    [InlineData("NoLimits", "true")]
    [InlineData("TrustPlatformIdentity", "yes")]
    public void Web_WhenWrong_StopsTheStart(string name, string value) =>
        Assert.Contains($"Web:{name}", Assert.Throws<ProviderSettingsException>(() => WebSettings.Read(Configuration(new() { [$"Web:{name}"] = value }))).Message, StringComparison.Ordinal);

    private static IConfiguration Configuration(Dictionary<string, string?> values) => new ConfigurationBuilder().AddInMemoryCollection(values).Build();
}
