using HotlinePush.Benchmarks;

switch (args.FirstOrDefault())
{
    case "store":
        await StoreBenchmark.RunAsync();
        await StoreBenchmark.RunBusAsync();
        break;
    case "classifier":
        await ClassifierBenchmark.RunAsync();
        break;
    default:
        Console.Error.WriteLine("usage: HotlinePush.Benchmarks store|classifier");
        return 2;
}

return 0;
