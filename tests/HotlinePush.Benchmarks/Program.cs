using HotlinePush.Benchmarks;

var name = args.FirstOrDefault();
string[] all = ["store", "bus", "classifier", "intake", "lists", "pages", "timers", "import", "notices", "comments", "stages"];
if (name is null || (name != "all" && !all.Contains(name)) || BenchOptions.Parse(args.Skip(1)) is not { } options)
{
    Console.Error.WriteLine(BenchOptions.Usage);
    return 2;
}

using var report = new Report(options.Json);
foreach (var bench in name == "all" ? all : [name])
{
    await (bench switch
    {
        "store" => StoreBenchmark.RunAsync(report, options),
        "bus" => StoreBenchmark.RunBusAsync(report, options),
        "classifier" => ClassifierBenchmark.RunAsync(report),
        "intake" => IntakeBenchmark.RunAsync(report, options),
        "lists" => ListsBenchmark.RunAsync(report, options),
        "pages" => PagesBenchmark.RunAsync(report, options),
        "import" => ImportBenchmark.RunAsync(report, options),
        "timers" => TimersBenchmark.RunAsync(report, options),
        "comments" => CommentsBenchmark.RunAsync(report, options),
        "notices" => NoticesBenchmark.RunAsync(report, options),
        _ => StagesBenchmark.RunAsync(report, options),
    });
}

foreach (var missed in report.Missed)
    Console.Error.WriteLine($"missed: {missed.Bench} {missed.Name} {missed.Parameters}: {missed.Ratio ?? missed.Value} against {missed.Bar}");
return 0;
