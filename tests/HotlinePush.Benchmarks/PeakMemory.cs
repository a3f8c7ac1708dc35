namespace HotlinePush.Benchmarks;

/// <summary>
/// The highest working set and managed heap while it lives, looked at ten times a second. The process starts from a compacted heap,
/// so that one benchmark does not answer for the garbage of the one before; load clients are part of it.
/// </summary>
internal sealed class PeakMemory : IDisposable
{
    private readonly Timer _timer;
    private long _workingSet, _heap;

    public PeakMemory()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _timer = new(_ => Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }

    /// <summary>In MiB, so far.</summary>
    public double WorkingSet => _workingSet / 1048576.0;

    public void Tell(Report report, string bench, object? parameters)
    {
        Look();
        report.Informs(bench, "peakWorkingSet", parameters, _workingSet / 1048576.0, "MiB");
        report.Informs(bench, "peakHeap", parameters, _heap / 1048576.0, "MiB");
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        _workingSet = Math.Max(_workingSet, Environment.WorkingSet);
        _heap = Math.Max(_heap, GC.GetTotalMemory(false));
    }
}
