using HotlinePush.Inbound.Merged;
using HotlinePush.Units;

namespace HotlinePush.Local.Demo;

/// <summary>Departments' hotlines of the fictional city that were merged into its 12345.</summary>
internal static class DemoMerged
{
    private static readonly IReadOnlyList<MergedHotline> Hotlines =
    [
        new("labor-12333", "人力资源和社会保障服务热线", ["12333"], "city-labor", "ldsb"),
        new("environment-12369", "生态环境投诉举报热线", ["12369"], "city-environment", "hjbh", MergeKind.Parallel),
    ];

    public static async Task SeedAsync(IServiceProvider services, CancellationToken ct)
    {
        var setup = services.GetRequiredService<SetupStore>();
        var read = await setup.ReadAsync<IReadOnlyList<MergedHotline>>(MergedHotlines.Name, [], ct);
        if (read.Version == 0)
            await setup.ReplaceAsync(MergedHotlines.Name, Hotlines, read, [], ct);
    }
}
