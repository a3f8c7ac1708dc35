using HotlinePush.Benchmarks;

switch (args.FirstOrDefault())
{
    case "store":
        await StoreBenchmark.RunAsync();
        await StoreBenchmark.RunBusAsync();
        break;
    default:
        Console.Error.WriteLine("usage: HotlinePush.Benchmarks store");
        return 2;
}

return 0;
