using System.Runtime;

namespace HotlinePush.Benchmarks;

/// <summary>Runs the work until the compiler has become quiet: what it does belongs to a start, not to a sustained load.</summary>
internal static class Warmth
{
    public static async Task ReachAsync(BenchOptions options, Func<Task> round)
    {
        for (var i = 0; i < options.Pick(1, 10, 20); i++)
        {
            var before = JitInfo.GetCompilationTime();
            await round();
            if (JitInfo.GetCompilationTime() - before < TimeSpan.FromMilliseconds(40))
                return;
        }
    }
}
